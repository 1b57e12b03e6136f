//! Whether a report is one of this image. The statement around it is; what is inside may be another's.

use super::wording;
use crate::digest::Digest;
use crate::policy::{Demanded, VulnerabilitiesRule};
use crate::predicate::vulnerability::Report;
use crate::rules::{About, Objection};

pub(super) fn objection(rule: &VulnerabilitiesRule, report: &Report, about: &About<'_>) -> Option<Objection> {
    if names_this(report, about) || is_configured_so(report, about) {
        return None;
    }
    let found: Vec<String> = report.names.iter().map(Digest::to_string).collect();
    if !found.is_empty() {
        return Some(wording::another_image(about, &found.join(", ")));
    }
    let found = report
        .image_id
        .map_or("no image".to_owned(), |id| format!("an image with the id {id}"));
    (rule.names_image == Demanded::Required).then(|| wording::image_not_named(about, &found))
}

pub(super) fn remarks(report: &Report, about: &About<'_>) -> Vec<String> {
    let mut remarks = vec![wording::scan(report)];
    let by_name = names_this(report, about);
    if let (Some(found), Some(expected), false) = (report.image_id, about.config, by_name)
        && found != expected
    {
        remarks.push(format!(
            "the report's image id is {found}, of this image it is {expected}"
        ));
    }
    if by_name && !report.names.contains(&about.digest) {
        let names: Vec<String> = report.names.iter().map(Digest::to_string).collect();
        remarks.push(format!("the report is of {}", names.join(", ")));
    }
    remarks
}

/// By the target's own digest. A platform's manifest may be named by its index, and an index by its platforms' manifests; one
/// platform is not named by another.
fn names_this(report: &Report, about: &About<'_>) -> bool {
    let kin = match about.platform {
        Some(_) => about.kin.get(..1).unwrap_or_default(),
        None => about.kin,
    };
    report
        .names
        .iter()
        .any(|name| *name == about.digest || kin.contains(name))
}

/// The same configuration has the same layers, whatever repository it was scanned in.
fn is_configured_so(report: &Report, about: &About<'_>) -> bool {
    report.image_id.is_some() && report.image_id == about.config
}
