//! What makes two notices of two runs the same one: neither digests nor times. GitLab and GitHub follow a finding by it.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

use super::notice::Subject;
use super::words;

/// Those of one run: the same thing found twice is told apart by its number.
#[derive(Debug, Default)]
pub struct Fingerprints(BTreeMap<[u8; 32], u32>);

impl Fingerprints {
    /// SHA-256 in hexadecimal digits.
    pub fn of(&mut self, subject: &Subject) -> String {
        let stable = hash(&parts(subject));
        let number = self.0.entry(stable).and_modify(|number| *number += 1).or_insert(1);
        let fingerprint = match number {
            1 => stable,
            _ => hash(&[&String::from_utf8_lossy(&stable), &number.to_string()]),
        };
        fingerprint.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn parts<'r>(subject: &Subject<'r>) -> Vec<&'r str> {
    match subject {
        Subject::Finding {
            image,
            rule,
            finding,
            mention,
        } => {
            let report = &image.report;
            let id = finding.map_or(words::class(rule.class), |finding| finding.id.as_str());
            let platform = finding
                .and_then(|finding| finding.platform.as_deref())
                .unwrap_or_default();
            let tag = report.tag.as_deref().unwrap_or_default();
            let mut parts = vec!["finding", &rule.rule, &rule.kind, &report.name, tag, id, platform];
            // without its line, which moves with every change above it
            parts.extend(mention.map(|mention| mention.place.file.as_str()));
            parts
        }
        Subject::Sighting(sighting) => vec!["sighting", sighting.kind.word(), &sighting.place.file, &sighting.text],
        Subject::Fault { kind, text } => vec!["fault", kind, text],
        Subject::Warning(warning) => vec!["warning", &warning.file, &warning.message],
        // without its value, which may be a time
        Subject::Weakening(weakening) => vec!["weakening", weakening.option.split(' ').next().unwrap_or_default()],
    }
}

/// Each part with its length, so that no two lists give the same bytes.
fn hash(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::fixture;
    use crate::emit::notice::notices;
    use crate::run::Run;

    fn fingerprints(run: &Run) -> Vec<String> {
        let mut fingerprints = Fingerprints::default();
        notices(run)
            .iter()
            .map(|notice| fingerprints.of(&notice.subject))
            .collect()
    }

    #[test]
    fn digest_and_time_do_not_matter() {
        let mut later = fixture::run();
        for image in &mut later.images {
            image.report.digest = Some(fixture::digest(0xee));
            image.report.time += 86_400;
        }
        assert_eq!(fingerprints(&later), fingerprints(&fixture::run()));
    }

    #[test]
    fn they_differ_within_a_run() {
        let mut run = fixture::run();
        run.images.extend(fixture::run().images);
        let mut all = fingerprints(&run);
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
