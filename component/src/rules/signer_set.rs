//! Whether what was proven comes from enough of the signers that a rule names (docs/policy.md, meaning 2).

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::SignerSet;
use crate::verify::Verified;
use crate::wit::basics::ResultClass;
use crate::wit::evidence::Rejection;

/// Names are counted against principals: the largest matching in which each name has a principal of its own, and each
/// principal a payload of its own. One person under two names is one.
pub(crate) fn satisfied(set: &SignerSet, counted: &[&Verified]) -> bool {
    match set {
        SignerSet::AnyOf(_) => !counted.is_empty(),
        SignerSet::AllOf(names) => matching(names, counted) == names.len(),
        SignerSet::AtLeast { count, of } => matching(of, counted) >= *count,
    }
}

fn matching(names: &[String], counted: &[&Verified]) -> usize {
    let mut principals: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for one in counted {
        principals
            .entry(one.signer())
            .or_default()
            .insert(one.principal().to_owned());
    }
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let of = |name: &str| principals.get(name);
    names
        .iter()
        .filter(|name| augment(name, &of, &mut taken, &mut BTreeSet::new()))
        .count()
}

/// Kuhn's algorithm: gives `name` a principal, moving others where that helps.
fn augment<'n>(
    name: &'n str,
    of: &dyn Fn(&str) -> Option<&'n BTreeSet<String>>,
    taken: &mut BTreeMap<String, &'n str>,
    tried: &mut BTreeSet<String>,
) -> bool {
    for principal in of(name).into_iter().flatten() {
        if !tried.insert(principal.clone()) {
            continue;
        }
        let holder = taken.get(principal).copied();
        if holder.is_none_or(|holder| augment(holder, of, taken, tried)) {
            taken.insert(principal.clone(), name);
            return true;
        }
    }
    false
}

/// Good, and alone: by fewer than the rule wants.
pub(crate) fn too_few(set: &SignerSet, one: &Verified) -> Rejection {
    Rejection {
        class: ResultClass::NoMatchingSigner,
        reason: "good, and too few distinct signers together with the others".to_owned(),
        expected: Some(set.to_string()),
        found: Some(format!("`{}`", one.signer())),
        hint: Some("one person or key under two names counts once".to_owned()),
    }
}
