//! `portcullis list`: what does an image have, and what of it can be proven?

use crate::args::List;
use crate::auth;
use crate::inquiry::{self, Inquiry, usage};
use crate::listing::Listing;
use crate::reference::Reference;
use crate::run::Fault;
use crate::wit::basics::{Carrier, Failure, Mode};
use crate::wit::request::Outcome;
use crate::wit::requirements::ImageRequirements;

pub fn run(list: &List, credentials: auth::Environment) -> Result<Listing, Vec<Fault>> {
    let reference: Reference = list.image.parse().map_err(|error| vec![usage(&error)])?;
    let opened = Inquiry::open(
        list.policy.as_ref(),
        &list.evidence,
        credentials,
        std::slice::from_ref(&reference),
    );
    let (inquiry, requirements) = opened.map_err(|error| error.faults(&list.image))?;
    let collected = inquiry.collect(&reference, &everything(&reference));
    let contacted = collected.contacted.clone();
    let request = inquiry.request(collected, Mode::Enforce);
    let inspected = inquiry.component().inspect(&request);
    let evidence = inspected.map_err(|error| inquiry::refused(error).faults(&list.image))?;
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
        failures,
        warnings: requirements.warnings,
        weakenings: list.weakenings.clone(),
        contacted,
    })
}

/// Wherever evidence may be.
fn everything(reference: &Reference) -> ImageRequirements {
    ImageRequirements {
        name: reference.name(),
        rules: Vec::new(),
        carriers: vec![
            Carrier::Referrer,
            Carrier::ReferrersTag,
            Carrier::SignatureTag,
            Carrier::AttestationTag,
            Carrier::SbomTag,
        ],
        children: true,
    }
}
