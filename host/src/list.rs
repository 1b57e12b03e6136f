//! `portcullis list`: what does an image have, and what of it can be proven?

use crate::args::List;
use crate::auth;
use crate::collect::Depth;
use crate::document::Document;
use crate::inquiry::{self, Inquiry, usage};
use crate::limits;
use crate::listing::{Beginning, Listing, Stranger};
use crate::reference::Reference;
use crate::run::Fault;
use crate::wit::basics::{Carrier, Failure, Mode};
use crate::wit::evidence::Evidence;
use crate::wit::request::{Blob, Breadth, Outcome};
use crate::wit::requirements::{ImageRequirements, Requirements};

/// Short type of what the component does not recognise.
const UNKNOWN: &str = "unknown";

pub fn run(list: &List, credentials: auth::Environment) -> Result<Listing, Vec<Fault>> {
    let reference: Reference = list.image.parse().map_err(|error| vec![usage(&error)])?;
    let opened = Inquiry::open(
        list.policy.as_ref(),
        &list.evidence,
        credentials,
        std::slice::from_ref(&reference),
    );
    let (inquiry, requirements) = opened.map_err(|error| error.faults(&list.image))?;
    let collected = inquiry.collect(&reference, &everything(&reference, &requirements), list.depth);
    let contacted = collected.contacted.clone();
    let request = inquiry.request(collected, Mode::Enforce, Breadth::Verdict);
    let inspected = inquiry.component().inspect(&request);
    let evidence = inspected.map_err(|error| inquiry::refused(error).faults(&list.image))?;
    let strangers = match list.depth {
        Depth::Strangers => strangers(&evidence, &request.blobs),
        Depth::Signed | Depth::Named | Depth::Documents => Vec::new(),
    };
    let lookups = request.lookups.iter().filter_map(|lookup| match &lookup.outcome {
        Outcome::Failed(failure) => Some(failure.clone()),
        Outcome::Found(_) | Outcome::Absent(_) => None,
    });
    let unreadable = request.unreadable.iter().map(|one| one.failure.clone());
    let failures: Vec<Failure> = request
        .image
        .resolved
        .clone()
        .err()
        .into_iter()
        .chain(lookups)
        .chain(unreadable)
        .collect();
    Ok(Listing {
        reference: list.image.clone(),
        name: reference.name(),
        digest: request.image.resolved.ok(),
        evidence,
        strangers,
        failures,
        warnings: requirements.warnings,
        weakenings: list.weakenings.clone(),
        contacted,
    })
}

/// The beginning of what nobody knows: its manifest, and its first layer where that was fetched.
fn strangers(evidence: &[Evidence], blobs: &[Blob]) -> Vec<Stranger> {
    let bytes = |digest: &str| blobs.iter().find(|blob| blob.digest == digest);
    let beginning = |blob: &Blob| Beginning {
        digest: blob.digest.clone(),
        bytes: blob.content[..blob.content.len().min(limits::SHOWN_BYTES)].to_vec(),
        left_out: blob.content.len().saturating_sub(limits::SHOWN_BYTES),
    };
    let unknown = evidence.iter().filter(|one| one.short_type == UNKNOWN);
    let stranger = |one: &Evidence| {
        let manifest = bytes(one.manifest.as_deref()?)?;
        let first = Document::parse(&manifest.content, None)
            .ok()
            .and_then(|document| document.parts.into_iter().next());
        let layer = first.and_then(|part| bytes(&part.digest.to_string()));
        Some(Stranger {
            manifest: beginning(manifest),
            layer: layer.map(beginning),
        })
    };
    unknown.filter_map(stranger).collect()
}

/// Wherever evidence may be.
pub fn everything(reference: &Reference, requirements: &Requirements) -> ImageRequirements {
    let known = requirements.images.first();
    ImageRequirements {
        name: reference.name(),
        origin: known.and_then(|image| image.origin.clone()),
        evidence: known.map(|image| image.evidence.clone()).unwrap_or_default(),
        rules: Vec::new(),
        carriers: vec![
            Carrier::Referrer,
            Carrier::ReferrersTag,
            Carrier::SignatureTag,
            Carrier::AttestationTag,
            Carrier::SbomTag,
            Carrier::Index,
        ],
        children: true,
    }
}
