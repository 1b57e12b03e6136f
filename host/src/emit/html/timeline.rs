//! Who signed what and when, as far as it is proven, the newest first.

use super::evidence;
use super::markup::{Element, Html, tag};
use super::piece::{code, cut, fit, paragraph, time};
use crate::emit::words;
use crate::run::{Image, Run};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::evidence::{Evidence, Principal, Proof, ProvenTime};

/// Bytes of the list.
const LIST: usize = 1_000_000;

/// One act of signing.
struct Signed<'r> {
    number: usize,
    image: &'r Image,
    evidence: &'r Evidence,
    /// names of the signers in the policy that it fits
    signers: Vec<&'r str>,
    proof: &'r Proof,
}

pub fn section(run: &Run) -> Html {
    let signed = all(run);
    let section = tag("section")
        .attribute("id", "signed")
        .attribute("aria-labelledby", "signed-title")
        .put(tag("h2").attribute("id", "signed-title").text("Who signed what when"));
    if signed.is_empty() {
        return section.put(paragraph("soft", "No signature was proven.")).into();
    }
    let (items, left_out) = fit(LIST, signed.iter().map(item));
    section
        .put(paragraph("soft", "Proven signatures only, the newest first."))
        .put(tag("ol").class("timeline").put(items))
        .put(cut(left_out, "signature"))
        .into()
}

fn all(run: &Run) -> Vec<Signed<'_>> {
    let mut all = Vec::new();
    for (number, image) in run.images.iter().enumerate() {
        for evidence in &image.report.evidence {
            by_principal(number, image, evidence, &mut all);
        }
    }
    all.sort_by_key(|signed| std::cmp::Reverse(latest(&signed.proof.time)));
    all
}

/// What fits several signers of the policy was still signed once.
fn by_principal<'r>(number: usize, image: &'r Image, evidence: &'r Evidence, all: &mut Vec<Signed<'r>>) {
    let first = all.len();
    for (signer, proof) in words::proofs(evidence) {
        let known = all[first..]
            .iter_mut()
            .find(|known| known.proof.principal == proof.principal && known.proof.time == proof.time);
        match known {
            Some(known) => known.signers.extend(signer),
            None => all.push(Signed {
                number,
                image,
                evidence,
                signers: signer.into_iter().collect(),
                proof,
            }),
        }
    }
}

/// What has no proven time comes last.
fn latest(time: &ProvenTime) -> Option<i64> {
    time.latest.or(time.earliest)
}

fn item(signed: &Signed) -> Element {
    let Signed {
        number,
        image,
        evidence,
        signers,
        proof,
    } = signed;
    let who = match &proof.principal {
        Principal::Key(digest) => {
            let mut who = Html::text("key ");
            who.push(code(&words::short_digest(digest)).attribute("title", digest));
            who
        }
        Principal::Certificate(certificate) => code(&certificate.subject).into(),
    };
    let what = tag("p")
        .put(tag("strong").text(&evidence.short_type))
        .text(" ")
        .put(evidence::link(&image.report, *number, &evidence.digest))
        .text(" of ")
        .put(
            tag("a")
                .attribute("href", &say!["#image-", number])
                .put(code(&image.report.reference)),
        );
    let mut by = tag("p").text("by ");
    if !signers.is_empty() {
        by = by.put(tag("strong").text(&Safe::join(signers, ", "))).text(", ");
    }
    tag("li")
        .attribute("data-item", "signature")
        .attribute("data-image", number)
        .attribute("data-verdict", words::verdict(image.verdict()))
        .put(when(&proof.time))
        .put(tag("div").put(what).put(by.put(who)))
}

fn when(proven: &ProvenTime) -> Element {
    let when = tag("p").class("when");
    match (proven.earliest, proven.latest) {
        (Some(_), Some(latest)) => when.put(time(latest)),
        (None, Some(latest)) => when.text("not after ").put(time(latest)),
        (Some(earliest), None) => when.text("not before ").put(time(earliest)),
        (None, None) => when.text("no proven time"),
    }
}
