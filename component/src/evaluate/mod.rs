//! The pipeline: what was handed over about one image, through proof and rules, to a report.

mod age;
mod attestations;
mod attested;
mod base;
mod contents;
mod dates;
mod docket;
mod extract;
mod finding;
mod inspect;
mod outcome;
mod waivers;
mod weigh;

use std::collections::BTreeMap;

use crate::crypto;
use crate::digest::Digest;
use crate::evidence::Store;
use crate::own_root;
use crate::policy::{
    Enforced, ImageNames, Platforms, Policy, RootFile, RuleKind, SignerSet, Undecided, Unmatched, Which,
};
use crate::signer::Signer;
use crate::targets::{self, Image, Scope};
use crate::trust::Root;
use crate::verify::Prover;
use crate::wit::basics::{Failure, Mode, ResultClass, Severity, Verdict};
use crate::wit::diagnostics::{Diagnostic, Error, Level};
use crate::wit::report::{Report, RuleResult};
use crate::wit::request::Request;

use base::Bases;
use contents::Ledger;
use docket::{Asked, Docket, Tried};
pub use extract::extract;
pub use inspect::inspect;
use outcome::{Bench, Outcome};
use waivers::Waivers;

/// Proves what was collected about one image and judges it.
pub fn evaluate(request: &Request) -> Result<Report, Error> {
    crypto::install();
    let mut policy = Policy::read(&request.policy).map_err(Error::Policy)?;
    dates::check(&policy, &request.policy.document.name, request.time).map_err(Error::Policy)?;
    let mut roots = read_roots(policy.roots.values())?;
    let old = age::warnings(&roots, &request.policy.document.name, request.time);
    own_root::bind(&mut policy.signers, &mut roots, &request.policy.document.name).map_err(Error::Policy)?;
    let names = policy
        .names(&request.image.name, &request.policy.document.name)
        .map_err(|fault| Error::Policy(vec![fault]))?;
    let enforced = policy.for_image(&names);
    let mut report = blank(request, &policy, &roots);
    if enforced.is_empty() {
        unmatched(request, &policy, &names, &mut report);
        return Ok(report);
    }
    report.warnings.extend(old);
    if let Some(failure) = age::overdue(&roots, request.time) {
        report.rules = enforced
            .iter()
            .map(|one| result(one, outcome::unseen(one, &failure), &policy, request))
            .collect();
        report.failures.push(failure);
        report.verdict = verdict(&report.rules);
        return Ok(report);
    }
    match resolved(request)? {
        Err(failure) => {
            report.failures.push(failure.clone());
            report.rules = enforced
                .iter()
                .map(|one| result(one, outcome::unseen(one, &failure), &policy, request))
                .collect();
        }
        Ok(digest) => judge(request, &policy, &names, &enforced, &roots, digest, &mut report),
    }
    finding::nothing_found_here(&mut report.rules, &names);
    report.verdict = verdict(&report.rules);
    if report.verdict != Verdict::Allow {
        report.pinned.clear();
    }
    Ok(report)
}

fn judge(
    request: &Request,
    policy: &Policy,
    names: &ImageNames,
    enforced: &[Enforced<'_>],
    roots: &BTreeMap<String, Root>,
    digest: Digest,
    report: &mut Report,
) {
    report.digest = Some(digest.to_string());
    let store = Store::new(request);
    let prover = Prover::new(roots, request.time);
    let read = if only_detached(request) {
        Ok(Image::by_digest(digest))
    } else {
        Image::read(&store, digest)
    };
    let image = match read {
        Ok(image) => image,
        Err(error) => {
            if let targets::Error::Unseen(failure) = &error {
                report.failures.push(failure.clone());
            }
            report.rules = enforced
                .iter()
                .map(|one| result(one, outcome::no_target(one, &error), policy, request))
                .collect();
            return;
        }
    };
    let docket = Docket::new(
        request,
        &store,
        &prover,
        Tried::Asked(asked(policy, enforced)),
        &policy.types,
    )
    .named(names.judged());
    let bases = Bases::new(
        request,
        &store,
        &prover,
        asked_of_bases(policy, enforced),
        &policy.types,
    );
    let document = &request.policy.document.name;
    let waivers = Waivers::new(policy, document, names.judged(), digest, request.time);
    let ledger = Ledger::new(request.breadth);
    let bench = Bench {
        docket: &docket,
        waivers: &waivers,
        bases: &bases,
        image: names.judged(),
        ledger: &ledger,
        kin: image.kin(&store),
    };
    let outcomes: Vec<Outcome> = enforced
        .iter()
        .map(|one| match image.scope(&store, &one.platforms) {
            Ok(scope) => outcome::judge(one, &bench, &image, &scope),
            Err(error) => outcome::no_target(one, &error),
        })
        .collect();
    // Beside rules that were evaluated, one that found nothing to judge must not be passed over: it is not satisfied.
    let nothing_at_all = outcomes.iter().all(Outcome::is_nothing);
    for (one, outcome) in enforced.iter().zip(outcomes) {
        match (outcome.is_nothing(), nothing_at_all) {
            (true, true) => report.warnings.push(nothing_to_judge(one, document)),
            (true, false) => {
                let outcome = outcome::waived(one, &bench, &image.itself(), Outcome::nothing_there(one));
                report.rules.push(result(one, outcome, policy, request));
            }
            (false, _) => report.rules.push(result(one, outcome, policy, request)),
        }
    }
    let names: Vec<_> = enforced.iter().map(|one| one.rule.name.as_str()).collect();
    report.warnings.extend(waivers.account(&names));
    report.contents = ledger.contents(&report.rules);
    report.pinned = pinned(request, enforced, &image, &store);
    report.targets = docket.targets();
    report.failures.extend(docket.failures());
    report.evidence = docket.evidence();
    bases.account(report);
}

/// Each signer with what the rules ask of them.
fn asked<'p>(policy: &'p Policy, enforced: &[Enforced<'p>]) -> Vec<Asked<'p>> {
    let of = |signer: &'p Signer| {
        let mut asked = Asked {
            signer,
            signatures: false,
            attestations: false,
            types: Vec::new(),
        };
        for one in enforced {
            let kind = &one.rule.kind;
            if kind.by().is_some_and(|by| by.signers().contains(&signer.name)) {
                match kind {
                    RuleKind::Signature(_) => asked.signatures = true,
                    RuleKind::Attested(_, check) => asked.types.push(check.types()),
                    RuleKind::Annotated(_) => {}
                    RuleKind::Attestations(rule) => match &rule.which {
                        Which::Every => asked.attestations = true,
                        Which::EachOf(types) => asked.types.extend(types),
                    },
                }
            }
            if let RuleKind::Attested(_, check) = kind
                && let Some((types, by)) = check.beside()
                && by.signers().contains(&signer.name)
            {
                asked.types.push(types);
            }
        }
        asked
    };
    let concerned = |one: &Asked<'_>| one.signatures || one.attestations || !one.types.is_empty();
    policy.signers.values().map(of).filter(concerned).collect()
}

/// Who may have signed what the image was built on.
fn asked_of_bases<'p>(policy: &'p Policy, enforced: &[Enforced<'p>]) -> Vec<Asked<'p>> {
    let rules: Vec<_> = enforced.iter().filter_map(|one| one.rule.kind.base_image()).collect();
    let beneath: Vec<_> = rules.iter().filter_map(|rule| rule.built_on.as_deref()).collect();
    let all = || {
        rules
            .iter()
            .copied()
            .chain(rules.iter().filter_map(|rule| rule.beneath()))
    };
    let of = |signer: &'p Signer| {
        let meant = |set: &SignerSet| set.signers().contains(&signer.name);
        let stating = beneath.iter().filter(|rule| rule.kind.by().is_some_and(meant));
        let types = stating.filter_map(|rule| match &rule.kind {
            RuleKind::Attested(_, check) => Some(check.types()),
            _ => None,
        });
        Asked {
            signer,
            signatures: all().any(|rule| rule.signed_by.as_ref().is_some_and(meant)),
            attestations: false,
            types: types.collect(),
        }
    };
    let concerned = |one: &Asked<'_>| one.signatures || !one.types.is_empty();
    policy.signers.values().map(of).filter(concerned).collect()
}

/// Never a silent success: a run in which no rule was evaluated says so by its exit code.
fn nothing_to_judge(one: &Enforced<'_>, file: &str) -> Diagnostic {
    Diagnostic {
        level: Level::Warning,
        file: file.to_owned(),
        line: one.rule.line,
        column: 0,
        message: format!("`{}` was not evaluated: the image has none of them", one.rule.name),
        hint: Some("looked everywhere: `portcullis list` shows what there is".to_owned()),
    }
}

/// Detached bundles and a digest, and nobody looked anywhere.
fn only_detached(request: &Request) -> bool {
    !request.bundles.is_empty()
        && request.blobs.is_empty()
        && request.lookups.is_empty()
        && request.unreadable.is_empty()
}

/// What later jobs may use: the digest that was proven; with listed platforms those that every such rule lists, never the
/// index.
fn pinned(request: &Request, enforced: &[Enforced<'_>], image: &Image<'_>, store: &Store<'_>) -> Vec<String> {
    let name = |digest: &Digest| format!("{}@{digest}", request.image.name);
    let listed = enforced
        .iter()
        .filter(|one| matches!(one.platforms, Platforms::Listed(_)))
        .map(|one| digests(image.scope(store, &one.platforms)));
    match listed.reduce(|all, one| all.into_iter().filter(|digest| one.contains(digest)).collect()) {
        Some(proven) => proven.iter().map(name).collect(),
        None => vec![name(&image.digest)],
    }
}

fn digests(scope: Result<Scope<'_>, targets::Error>) -> Vec<Digest> {
    match scope {
        Ok(Scope::All(targets)) => targets.iter().map(|target| target.digest).collect(),
        _ => Vec::new(),
    }
}

/// Enforced rules decide; where none is enforced, the informing ones say what they would have said. What could not be found
/// out is never an allow, whatever `undecided` says.
fn verdict(rules: &[RuleResult]) -> Verdict {
    let decides = |rule: &&RuleResult| rule.mode == Mode::Enforce || rule.verdict == Verdict::Undecided;
    let deciding: Vec<_> = rules.iter().filter(decides).collect();
    let enforced = deciding.iter().any(|rule| rule.mode == Mode::Enforce);
    let deciding = if enforced { deciding } else { rules.iter().collect() };
    outcome::worst(deciding.iter().map(|rule| rule.verdict)).unwrap_or(Verdict::Undecided)
}

fn result(one: &Enforced<'_>, outcome: Outcome, policy: &Policy, request: &Request) -> RuleResult {
    let enforce_from = one.rule.enforce_from.filter(|day| request.time < day.start());
    let softened = policy.undecided == Undecided::Inform && one.rule.kind.may_stay_undecided();
    let undecided = outcome.verdict == Verdict::Undecided;
    // the call's mode is about denials alone: what could not be found out still stops the job
    let informs = (request.mode == Mode::Inform && !undecided) || enforce_from.is_some() || (softened && undecided);
    RuleResult {
        rule: one.rule.name.clone(),
        kind: one.rule.kind.name().to_owned(),
        line: one.rule.line,
        mode: if informs { Mode::Inform } else { one.mode },
        enforce_from: enforce_from.map(|day| day.to_string()),
        severity: one.rule.severity,
        verdict: outcome.verdict,
        class: outcome.class,
        demand: one.rule.to_string(),
        accepted: outcome.accepted,
        findings: outcome.findings,
        remediation: one.rule.remediation.clone(),
    }
}

fn unmatched(request: &Request, policy: &Policy, names: &ImageNames, report: &mut Report) {
    let name = &names.to_string();
    match policy.unmatched {
        Unmatched::Inform => report.warnings.push(Diagnostic {
            level: Level::Warning,
            file: request.policy.document.name.clone(),
            line: 0,
            column: 0,
            message: format!("no entry of `images` matches {name}: nothing was checked"),
            hint: None,
        }),
        Unmatched::Deny => {
            report.rules.push(RuleResult {
                rule: "unmatched".to_owned(),
                kind: "unmatched".to_owned(),
                line: 0,
                mode: request.mode,
                enforce_from: None,
                severity: Severity::High,
                verdict: Verdict::Deny,
                class: ResultClass::NoMatchingSigner,
                demand: "every image is named by an entry of `images`".to_owned(),
                accepted: Vec::new(),
                findings: vec![finding::unmatched(name)],
                remediation: None,
            });
            report.verdict = Verdict::Deny;
        }
    }
}

fn blank(request: &Request, policy: &Policy, roots: &BTreeMap<String, Root>) -> Report {
    Report {
        reference: request.image.reference.clone(),
        name: request.image.name.clone(),
        tag: request.image.tag.clone(),
        digest: request.image.resolved.as_ref().ok().cloned(),
        verdict: Verdict::Undecided,
        rules: Vec::new(),
        targets: Vec::new(),
        pinned: Vec::new(),
        evidence: Vec::new(),
        failures: Vec::new(),
        warnings: policy.warnings.clone(),
        roots: roots
            .values()
            .map(|root| root.origin.describe(&root.name, root.digest))
            .collect(),
        policy: Digest::of(&request.policy.document.content).to_string(),
        time: request.time,
        wanted: Vec::new(),
        contents: Ledger::new(request.breadth).contents(&[]),
    }
}

fn resolved(request: &Request) -> Result<Result<Digest, Failure>, Error> {
    match &request.image.resolved {
        Err(failure) => Ok(Err(failure.clone())),
        Ok(text) => match Digest::parse(text) {
            Some(digest) => Ok(Ok(digest)),
            None => Err(Error::Request(format!(
                "`image.resolved` is `{text}`, expected a SHA-256 digest"
            ))),
        },
    }
}

fn read_roots<'f>(files: impl Iterator<Item = &'f RootFile>) -> Result<BTreeMap<String, Root>, Error> {
    let mut roots = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in files {
        match Root::read(file) {
            Ok(root) => drop(roots.insert(root.name.clone(), root)),
            Err(diagnostic) => wrong.push(diagnostic),
        }
    }
    if wrong.is_empty() {
        Ok(roots)
    } else {
        Err(Error::Policy(wrong))
    }
}
