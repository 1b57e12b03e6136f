//! What a notice is filed under where a format knows rules, and the document about it.

use super::notice::{Notice, Subject};
use super::words;
use crate::run::Run;
use crate::say;
use crate::wit::basics::ResultClass;
use crate::wit::report::RuleResult;

/// What keeps two gates of a repository apart: the policy, and the image where only one was named, as in a job for each
/// image. GitHub's code scanning takes what is before the last slash for the category.
pub fn category(run: &Run) -> String {
    let mut category = say!["portcullis/", run.policy.file, "/"];
    if let [image] = run.images.as_slice() {
        category.push(&say![image.report.name, "/"]);
    }
    category.to_string()
}

/// `signed/unsigned`, `no-known-holes/vulnerabilities/critical`: the rule of the policy, the class or what the rule is
/// about, and the severity of findings that have one of their own, because GitHub knows a severity of rules alone.
pub fn id(notice: &Notice) -> String {
    match &notice.subject {
        Subject::Finding { rule, finding, .. } => {
            let mut id = say![
                rule.rule,
                "/",
                what(rule, finding.map_or(rule.class, |finding| finding.class))
            ];
            if notice.severity != rule.severity {
                id.push(&say!["/", words::severity(notice.severity)]);
            }
            id.to_string()
        }
        Subject::Sighting(sighting) => say!["files/", sighting.kind.word()].to_string(),
        Subject::Fault { kind, .. } => format!("fault/{kind}"),
        Subject::Warning(_) => "policy/warning".to_owned(),
        Subject::Weakening(_) => "policy/weakened".to_owned(),
    }
}

pub fn what(rule: &RuleResult, class: ResultClass) -> &str {
    match class {
        ResultClass::Verified => &rule.kind,
        class => words::class(class),
    }
}

/// The documents of rule kinds; what is no rule of the policy has none.
pub fn page(rule: &RuleResult) -> &'static str {
    match rule.kind.as_str() {
        "signature" => "docs/rules/signature.md",
        "provenance" => "docs/rules/provenance.md",
        "sbom" => "docs/rules/sbom.md",
        "vulnerabilities" => "docs/rules/vulnerabilities.md",
        "licenses" => "docs/rules/licenses.md",
        "base-image" => "docs/rules/base-image.md",
        "attestation" => "docs/rules/attestation.md",
        "attestations" => "docs/rules/attestations.md",
        "expression" => "docs/rules/expression.md",
        _ => "docs/policy.md",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kind that is documented has its own page here.
    #[test]
    fn pages_are_there() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let rule = crate::emit::fixture::run().images.remove(1).report.rules.remove(0);
        for entry in std::fs::read_dir(root.join("docs/rules")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let kind = name.strip_suffix(".md").unwrap().to_owned();
            assert_eq!(page(&RuleResult { kind, ..rule.clone() }), format!("docs/rules/{name}"));
        }
        for page in ["docs/policy.md", "docs/cli.md", "docs/security-model.md"] {
            assert!(root.join(page).is_file(), "{page}");
        }
    }
}
