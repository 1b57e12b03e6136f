//! `licenses:` — which licences the packages of an image may have.

use std::fmt;

use crate::license::{self, Lists, Term, TermError};
use crate::package::{Pattern, Purl};
use crate::policy::TypeSet;
use crate::policy::faults::{did_you_mean, quoted};
use crate::policy::lower::{Lower, Word};
use crate::policy::tree::{Kind, Node, listed};
use crate::predicate::sbom::Package;
use crate::rules::Effect;

#[derive(Debug, Clone)]
pub struct LicensesRule {
    pub(crate) types: TypeSet,
    pub(crate) lists: Lists,
    /// For one package each, also what `deny` lists.
    pub(crate) exceptions: Vec<LicenseException>,
    /// What a licence that nobody knows does.
    pub(crate) unknown: Effect,
}

#[derive(Debug, Clone)]
pub(crate) struct LicenseException {
    pub package: PackageName,
    pub licenses: Vec<Term>,
    /// Also where no licence is known.
    pub unknown: bool,
    pub reason: String,
}

#[derive(Debug, Clone)]
pub(crate) enum PackageName {
    Purl(Pattern),
    /// As documents without package URLs name it, exactly.
    Name(String),
}

/// In an exception's list: a licence that nobody knows.
const UNKNOWN: &str = "unknown";

impl Lower<'_> {
    pub fn licenses(&mut self, node: &Node) -> Option<LicensesRule> {
        let (allow, deny) = (self.terms(node, "allow"), self.terms(node, "deny"));
        let exceptions = self.license_exceptions(node);
        let unknown = match self.field(node, "unknown").map(|word| word.text) {
            Some("inform") => Effect::Informs,
            _ => Effect::Denies,
        };
        let lists = Lists {
            allow: allow?,
            deny: deny?,
        };
        self.warn_unmentioned(node, &lists.deny);
        Some(LicensesRule {
            types: TypeSet::named(&["license", "cyclonedx", "spdx"]),
            lists,
            exceptions: exceptions?,
            unknown,
        })
    }

    /// None where an entry is wrong.
    fn terms(&mut self, node: &Node, key: &str) -> Option<Vec<Term>> {
        let Some(list) = node.get(key) else {
            return Some(Vec::new());
        };
        let Kind::Sequence(items) = &list.kind else {
            self.faults.ensure_error(list.place, "expected a list");
            return None;
        };
        let terms: Vec<Option<Term>> = items.iter().map(|item| self.term(item)).collect();
        terms.into_iter().collect()
    }

    fn term(&mut self, item: &Node) -> Option<Term> {
        match item.kind {
            Kind::Scalar { .. } => {
                let word = self.word(item)?;
                self.license(word)
            }
            _ => self.text(item, "name").map(|name| Term::name(&name)),
        }
    }

    fn license(&mut self, word: Word) -> Option<Term> {
        Term::license(word.text)
            .map_err(|error| {
                let nearest = match error {
                    TermError::NotListed => did_you_mean(word.text, license::ids()),
                    TermError::Expression | TermError::Length => None,
                };
                let hint = nearest.unwrap_or_else(|| error.hint().to_owned());
                self.faults
                    .error_with_hint(word.place, format!("{} is {error}", quoted(word.text)), hint);
            })
            .ok()
    }

    fn license_exceptions(&mut self, node: &Node) -> Option<Vec<LicenseException>> {
        let Some(list) = node.get("exceptions") else {
            return Some(Vec::new());
        };
        let Kind::Sequence(items) = &list.kind else {
            self.faults.ensure_error(list.place, "expected a list");
            return None;
        };
        let exceptions: Vec<Option<LicenseException>> = items.iter().map(|item| self.license_exception(item)).collect();
        exceptions.into_iter().collect()
    }

    fn license_exception(&mut self, item: &Node) -> Option<LicenseException> {
        let word = self.field(item, "package")?;
        let package = match word.text.starts_with("pkg:") {
            true => PackageName::Purl(self.package(word)?),
            false => PackageName::Name(word.text.to_owned()),
        };
        let list = item.get("licenses")?;
        let Kind::Sequence(entries) = &list.kind else {
            self.faults.ensure_error(list.place, "expected a list");
            return None;
        };
        let is_unknown = |entry: &Node| matches!(&entry.kind, Kind::Scalar { text, .. } if text == UNKNOWN);
        let named = entries.iter().filter(|entry| !is_unknown(entry));
        let licenses: Vec<Option<Term>> = named.map(|entry| self.term(entry)).collect();
        Some(LicenseException {
            package,
            licenses: licenses.into_iter().collect::<Option<_>>()?,
            unknown: entries.iter().any(is_unknown),
            reason: self.text(item, "reason")?,
        })
    }

    /// To deny an `-or-later` licence and not its `-only` is seldom meant.
    fn warn_unmentioned(&mut self, node: &Node, deny: &[Term]) {
        for later in deny {
            let Some(only) = later.unmentioned_only() else {
                continue;
            };
            if deny.iter().any(|term| term.as_str().eq_ignore_ascii_case(&only)) {
                continue;
            }
            let place = node.get("deny").map_or(node.place, |list| list.place);
            let message = format!("{} in `deny` does not deny `{only}`", quoted(later.as_str()));
            self.faults
                .warning(place, message, "list both, or `-only` alone: it denies `-or-later` too");
        }
    }
}

impl LicenseException {
    pub fn is_of(&self, package: &Package<'_>, purls: &[Purl]) -> bool {
        match &self.package {
            // all of them, so that a second name of a package widens nothing
            PackageName::Purl(pattern) => {
                !purls.is_empty() && purls.len() == package.purls.len() && purls.iter().all(|purl| pattern.names(purl))
            }
            PackageName::Name(name) => package.purls.is_empty() && package.name == name,
        }
    }
}

/// Without who signed it.
impl fmt::Display for LicensesRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("licences of all packages")?;
        if !self.lists.allow.is_empty() {
            write!(f, " among {}", words(&self.lists.allow))?;
        }
        if !self.lists.deny.is_empty() {
            let joint = if self.lists.allow.is_empty() { "" } else { "," };
            write!(f, "{joint} without {}", words(&self.lists.deny))?;
        }
        match self.unknown {
            Effect::Informs => f.write_str(", unknown ones reported"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for LicenseException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unknown = self.unknown.then(|| format!("`{UNKNOWN}`"));
        let licenses: Vec<String> = self
            .licenses
            .iter()
            .map(|term| format!("`{term}`"))
            .chain(unknown)
            .collect();
        let package = match &self.package {
            PackageName::Purl(pattern) => pattern.as_str(),
            PackageName::Name(name) => name,
        };
        write!(f, "{} for `{package}` ({})", licenses.join(", "), self.reason)
    }
}

fn words(terms: &[Term]) -> String {
    let words: Vec<&str> = terms.iter().map(Term::as_str).collect();
    listed(&words)
}
