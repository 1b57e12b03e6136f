//! Which rules hold for an image: all entries that match apply (meaning 2).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use super::{
    BaseImageRule, Check, ImageEntry, ImageNames, Platforms, Policy, Rule, RuleKind, Select, SignerSet, TypeSet, Which,
};
use crate::wit::basics::Mode;

/// A rule as it holds for an image.
#[derive(Debug, Clone)]
pub struct Enforced<'p> {
    pub rule: &'p Rule,
    pub mode: Mode,
    pub platforms: Platforms,
}

impl Policy {
    /// The rules of every entry of `images` that matches one of the image's names, in the order of the policy; empty where
    /// none matches.
    ///
    /// Where several entries bring one rule, the strictest mode holds (`enforce` over `inform`), and what implies the other
    /// replaces it: `every` implies `index-or-every` and any listed platforms, `index` implies `index-or-every`, two lists
    /// are their union. So one more entry never loosens anything. What implies nothing of the other (`index` beside `every`,
    /// or beside listed platforms) is demanded too: the rule is then in the list once for each.
    pub fn for_image(&self, names: &ImageNames) -> Vec<Enforced<'_>> {
        let mut order: Vec<&Rule> = Vec::new();
        let mut held: BTreeMap<&str, (Mode, Vec<Platforms>)> = BTreeMap::new();
        let matches = |entry: &&ImageEntry| names.all().any(|name| entry.pattern.matches(name));
        for entry in self.images.iter().filter(matches) {
            for rule in entry.rules.iter().filter_map(|name| self.rules.get(name)) {
                let (mode, scopes) = held.entry(&rule.name).or_insert_with(|| {
                    order.push(rule);
                    (Mode::Inform, Vec::new())
                });
                if entry.mode == Mode::Enforce && rule.mode != Some(Mode::Inform) {
                    *mode = Mode::Enforce;
                }
                for platforms in scopes_of(rule, entry) {
                    add(scopes, platforms);
                }
            }
        }
        let mut of_rule = |rule: &Rule| held.remove(rule.name.as_str()).unwrap_or((Mode::Enforce, Vec::new()));
        order
            .into_iter()
            .map(|rule| (rule, of_rule(rule)))
            .flat_map(enforced)
            .collect()
    }
}

fn enforced<'p>((rule, (mode, scopes)): (&'p Rule, (Mode, Vec<Platforms>))) -> impl Iterator<Item = Enforced<'p>> {
    scopes
        .into_iter()
        .map(move |platforms| Enforced { rule, mode, platforms })
}

/// Of the entry and of the rule, both where both say something.
fn scopes_of(rule: &Rule, entry: &ImageEntry) -> Vec<Platforms> {
    let said: Vec<_> = rule.platforms.iter().chain(&entry.platforms).cloned().collect();
    if said.is_empty() { vec![Platforms::Index] } else { said }
}

fn add(scopes: &mut Vec<Platforms>, mut new: Platforms) {
    scopes.retain(|other| match stricter(other, &new) {
        Some(both) => {
            new = both;
            false
        }
        None => true,
    });
    scopes.push(new);
}

/// What demands both; none where neither implies the other.
fn stricter(left: &Platforms, right: &Platforms) -> Option<Platforms> {
    use Platforms::{Every, Index, IndexOrEvery, Listed};
    match (left, right) {
        (Every, Every | IndexOrEvery | Listed(_)) | (IndexOrEvery | Listed(_), Every) => Some(Every),
        (Index, Index | IndexOrEvery) | (IndexOrEvery, Index) => Some(Index),
        (IndexOrEvery, IndexOrEvery) => Some(IndexOrEvery),
        (Listed(left), Listed(right)) => {
            let more = right.iter().filter(|platform| !left.contains(platform));
            Some(Listed(left.iter().chain(more).cloned().collect()))
        }
        (Index, Every | Listed(_))
        | (Every | Listed(_), Index)
        | (IndexOrEvery, Listed(_))
        | (Listed(_), IndexOrEvery) => None,
    }
}

impl Platforms {
    /// As the policy spells them.
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Index => vec!["index".to_owned()],
            Self::Every => vec!["every".to_owned()],
            Self::IndexOrEvery => vec!["index-or-every".to_owned()],
            Self::Listed(platforms) => platforms.clone(),
        }
    }
}

impl Rule {
    /// Whether evidence that is withheld can turn deny into allow: where the newest or every document decides, one that is
    /// hidden does not. `max-age` bounds how long that helps (meaning 7).
    pub fn can_be_helped_by_hiding(&self) -> bool {
        match &self.kind {
            RuleKind::Signature(_) | RuleKind::Annotated(_) => false,
            RuleKind::Attested(demand, _) => demand.select != Select::Any,
            RuleKind::Attestations(rule) => rule.which == Which::Every,
        }
    }
}

/// The demand in words.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            RuleKind::Signature(signature) => signature.fmt(f),
            RuleKind::Attested(demand, Check::Attestation(rule)) => write!(f, "{rule}{demand}"),
            RuleKind::Attested(demand, Check::Vulnerabilities(rule)) => write!(f, "{rule}{demand}"),
            RuleKind::Attested(demand, Check::Expression(rule)) => write!(f, "{rule}{demand}"),
            RuleKind::Attested(demand, Check::Sbom(rule)) => write!(f, "{rule}{demand}"),
            RuleKind::Attested(demand, Check::Licenses(rule)) => write!(f, "{rule}{demand}"),
            RuleKind::Attested(demand, Check::BaseImage(rule)) => write!(f, "{rule}{demand}"),
            RuleKind::Attested(demand, Check::Provenance(rule)) => write!(f, "{rule}{demand}"),
            RuleKind::Annotated(rule) => rule.fmt(f),
            RuleKind::Attestations(rule) => rule.fmt(f),
        }
    }
}

impl RuleKind {
    /// The one name of the kind: of its file, its key, its heading in docs/rules.md.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Signature(_) => "signature",
            Self::Attested(_, check) => check.name(),
            Self::Annotated(_) => "base-image",
            Self::Attestations(_) => "attestations",
        }
    }

    /// Whether `undecided: inform` covers it: never what says who made the image.
    pub fn may_stay_undecided(&self) -> bool {
        !matches!(self.name(), "signature" | "provenance")
    }

    /// Who may have made what it asks for; none where it asks for nothing that is signed.
    pub fn by(&self) -> Option<&SignerSet> {
        match self {
            Self::Signature(rule) => Some(&rule.by),
            Self::Attested(demand, _) => Some(&demand.by),
            Self::Attestations(rule) => Some(&rule.by),
            Self::Annotated(_) => None,
        }
    }

    /// Where it is about what the image was built on; what it says of what those were built on is in it.
    pub fn base_image(&self) -> Option<&BaseImageRule> {
        match self {
            Self::Attested(_, Check::BaseImage(rule)) | Self::Annotated(rule) => Some(rule),
            _ => None,
        }
    }
}

/// Every version, so that one which is not read is a near miss and not unseen.
static SLSA: LazyLock<TypeSet> = LazyLock::new(|| TypeSet::named(&["slsa"]));

impl Check {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Attestation(_) => "attestation",
            Self::Vulnerabilities(_) => "vulnerabilities",
            Self::Expression(_) => "expression",
            Self::Sbom(_) => "sbom",
            Self::Licenses(_) => "licenses",
            Self::BaseImage(_) => "base-image",
            Self::Provenance(_) => "provenance",
        }
    }

    /// What it is about, for messages.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Attestation(_) => "attestation of the type",
            Self::Vulnerabilities(_) => "vulnerability report",
            Self::Expression(_) => "attestation of the types",
            Self::Sbom(_) => "SBOM",
            Self::Licenses(_) => "SBOM or licence report",
            Self::BaseImage(_) => "provenance",
            Self::Provenance(_) => "provenance",
        }
    }

    /// Predicate types of the attestations that it is about.
    pub fn types(&self) -> &TypeSet {
        match self {
            Self::Attestation(rule) => &rule.types,
            Self::Vulnerabilities(rule) => &rule.types,
            Self::Expression(rule) => &rule.types,
            Self::Sbom(rule) => &rule.types,
            Self::Licenses(rule) => &rule.types,
            Self::BaseImage(_) | Self::Provenance(_) => &SLSA,
        }
    }

    /// Whether a statement about several subjects counts (meaning 4).
    pub fn admits_several_subjects(&self) -> bool {
        match self {
            Self::Attestation(_) | Self::Expression(_) | Self::BaseImage(_) | Self::Provenance(_) => true,
            Self::Vulnerabilities(_) | Self::Sbom(_) | Self::Licenses(_) => false,
        }
    }
}

impl SignerSet {
    pub fn signers(&self) -> &[String] {
        match self {
            Self::AnyOf(names) | Self::AllOf(names) | Self::AtLeast { of: names, .. } => names,
        }
    }
}

impl fmt::Display for SignerSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.signers().join(", ");
        match self {
            Self::AnyOf(one) | Self::AllOf(one) if one.len() == 1 => f.write_str(&names),
            Self::AnyOf(_) => write!(f, "any of {names}"),
            Self::AllOf(_) => write!(f, "all of {names}"),
            Self::AtLeast { count, .. } => write!(f, "at least {count} of {names}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Platforms::{Every, Index, IndexOrEvery};

    fn listed(platforms: &[&str]) -> Platforms {
        Platforms::Listed(platforms.iter().map(|&p| p.to_owned()).collect())
    }

    fn scopes(platforms: &[Platforms]) -> Vec<Platforms> {
        let policy = policy(platforms);
        policy
            .for_image(&ImageNames::of("r.example/a"))
            .into_iter()
            .map(|enforced| enforced.platforms)
            .collect()
    }

    fn policy(platforms: &[Platforms]) -> Policy {
        let entries: String = platforms
            .iter()
            .map(|p| {
                format!(
                    "  - {{ match: r.example/*, rules: [signed], platforms: {} }}\n",
                    match p {
                        Platforms::Listed(list) => format!("[{}]", list.join(", ")),
                        other => other.words().join(""),
                    }
                )
            })
            .collect();
        crate::policy::tests::read(&format!("{}images:\n{entries}", crate::policy::tests::SIGNED)).unwrap()
    }

    #[test]
    fn one_more_entry_never_loosens() {
        assert_eq!(scopes(&[Every, IndexOrEvery]), [Every]);
        assert_eq!(scopes(&[IndexOrEvery, Index]), [Index]);
        assert_eq!(scopes(&[listed(&["linux/amd64"]), Every]), [Every]);
        assert_eq!(
            scopes(&[listed(&["linux/amd64"]), listed(&["linux/arm64"])]),
            [listed(&["linux/amd64", "linux/arm64"])]
        );
        assert_eq!(scopes(&[Index, Every]), [Index, Every]);
        assert_eq!(
            scopes(&[listed(&["linux/amd64"]), IndexOrEvery, Every, Index]),
            [Every, Index]
        );
        assert_eq!(
            scopes(&[Index, listed(&["linux/amd64"]), IndexOrEvery]),
            [listed(&["linux/amd64"]), Index]
        );
    }
}
