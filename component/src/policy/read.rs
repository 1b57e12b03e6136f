//! From the bytes of a policy to a [`Policy`], or to every error in it.

use std::collections::{BTreeMap, BTreeSet};

use super::faults::{Faults, Place, quoted};
use super::files::{Files, sha256};
use super::lower::Lower;
use super::rules::{Names, RuleNames};
use super::table::{POLICY, Shape};
use super::{Policy, interchange, shape, weakenings, yaml};
use crate::signer::Signer;
use crate::wit::diagnostics::Diagnostic;
use crate::wit::request::PolicySource;
use crate::wit::requirements::{FileReference, Weakening};

/// A policy as far as it can be made from what was handed over.
pub(crate) struct Draft {
    /// Lacks the signers and roots whose files are missing.
    pub policy: Policy,
    pub missing: Vec<FileReference>,
    pub missing_roots: Vec<(String, Place)>,
    /// Names of roots that the host may have kept something about.
    pub refreshed_roots: Vec<String>,
    pub weakenings: Vec<Weakening>,
}

impl Policy {
    /// Every error and then every warning, when there is an error. A file that was not handed over is one.
    pub fn read(source: &PolicySource) -> Result<Self, Vec<Diagnostic>> {
        let draft = draft(source)?;
        let mut faults = Faults::new(&source.document.name);
        for file in &draft.missing {
            let message = format!("{} was not handed over", quoted(&file.path));
            faults.error_with_hint(
                Place {
                    line: file.line,
                    column: 0,
                },
                message,
                "the path counts from the policy",
            );
        }
        for (name, place) in &draft.missing_roots {
            faults.error_with_hint(
                *place,
                format!("the trusted root {} was never fetched", quoted(name)),
                format!("run `portcullis trust update {name} --mirror URL --root FILE`, with the `tuf` file of the policy as FILE"),
            );
        }
        faults.finish()?;
        Ok(draft.policy)
    }
}

pub(crate) fn draft(source: &PolicySource) -> Result<Draft, Vec<Diagnostic>> {
    let mut faults = Faults::new(&source.document.name);
    check_pin(source, &mut faults);
    if faults.any_error() {
        return Err(faults.finish().err().unwrap_or_default());
    }
    let Some(root) = yaml::read(&source.document.content, &mut faults) else {
        return Err(faults.finish().err().unwrap_or_default());
    };
    shape::check(&root, &Shape::Mapping(&POLICY), &mut faults);

    let mut lower = Lower {
        faults,
        files: Files::new(source),
    };
    let mut signer_names = Names::of("signer", root.get("signers"));
    let mut rule_names = Names::of("rule", root.get("rules"));
    let drafts = lower.signers(root.get("signers"));
    let roots = lower.roots(root.get("trust"), source);
    let signers = lower.assign_roots(drafts, &roots);
    let types = lower.type_names(root.get("types"));
    let undated = undated(&signers);
    let rules = lower.rules(
        root.get("rules"),
        &mut RuleNames {
            signers: &mut signer_names,
            undated: &undated,
            types: &types,
        },
    );
    let exceptions = lower.exceptions(
        root.get("exceptions"),
        &mut Names::of("rule", root.get("rules")),
        |name| rules.get(name),
    );
    let images = lower.images(root.get("images"), &mut rule_names);
    let mirrors = lower.mirrors(root.get("mirrors"));
    let check = lower.check(root.get("check"));
    let (unmatched, undecided) = (lower.unmatched(&root), lower.undecided(&root));
    lower.warn_unused_names(&signer_names);
    lower.warn_unused_names(&rule_names);

    let missing_roots = roots
        .missing(&signers)
        .map(|(name, place)| (name.to_owned(), place))
        .collect();
    let refreshed_roots = roots.refreshed(&signers);
    let root_files = roots.files(&signers);
    let missing = lower.files.missing().to_vec();
    let mut faults = lower.faults;
    let mut policy = Policy {
        signers,
        roots: root_files,
        rules,
        images,
        mirrors,
        unmatched,
        undecided,
        exceptions,
        types,
        check,
        warnings: Vec::new(),
    };
    interchange::warn(&policy, &mut faults);
    policy.warnings = faults.finish()?;
    Ok(Draft {
        weakenings: weakenings::of(&policy, &root),
        policy,
        missing,
        missing_roots,
        refreshed_roots,
    })
}

/// Signers whose evidence has no lower bound in time (meaning 6).
fn undated(signers: &BTreeMap<String, Signer>) -> BTreeSet<String> {
    let undated = |signer: &&Signer| !signer.is_short_lived();
    signers
        .values()
        .filter(undated)
        .map(|signer| signer.name.clone())
        .collect()
}

/// Meaning 11: other bytes than the pinned ones are not even read.
fn check_pin(source: &PolicySource, faults: &mut Faults) {
    let Some(expected) = &source.pinned else {
        return;
    };
    let found = sha256(&source.document.content);
    if *expected != found {
        let message = format!(
            "the policy is not the pinned one: expected {}, found {found}",
            quoted(expected)
        );
        faults.error_with_hint(
            Place::DOCUMENT,
            message,
            "somebody changed the policy, or the pin is of an older one",
        );
    }
}
