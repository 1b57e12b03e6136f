//! `vulnerabilities:` — what a scan may have found.

use std::collections::BTreeMap;
use std::fmt;

use crate::pattern::Glob;
use crate::policy::faults::quoted;
use crate::policy::lower::{Lower, Word};
use crate::policy::rules::RuleNames;
use crate::policy::tree::Node;
use crate::policy::{DatedBy, Demand, Select, SignerSet, TypeSet};
use crate::predicate::triage;
use crate::predicate::vulnerability::{self, Format, Level};

#[derive(Debug, Clone)]
pub struct VulnerabilitiesRule {
    /// Of the reports.
    pub types: TypeSet,
    /// At or above it a vulnerability denies.
    pub fail_on: Level,
    /// At or above it what does not deny is reported one by one; without it, it is counted.
    pub inform_on: Option<Level>,
    /// Of a vulnerability whose severity the report does not say.
    pub unknown: Level,
    /// Only one with a fix denies.
    pub fixable_only: bool,
    /// One that is known to be exploited denies whatever its severity.
    pub fail_on_kev: bool,
    /// One that is at least so likely to be exploited denies whatever its severity.
    pub fail_on_epss: Option<f64>,
    /// Seconds from its publication in which a vulnerability of that severity does not deny.
    pub grace: BTreeMap<Level, i64>,
    /// Packages that are not counted, by package URL without qualifiers.
    pub exclude: Vec<Glob>,
    /// Reports in other formats are not looked at.
    pub formats: Vec<Format>,
    /// A report that says itself what it did not look at.
    pub incomplete: Demanded,
    /// The image's digest, or its configuration's, inside the report.
    pub names_image: Demanded,
    /// Without it nobody's word suppresses a finding.
    pub triage: Option<TriageDemand>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demanded {
    Required,
    Reported,
}

/// Whose word counts against a finding. `by` is `AnyOf`, as a statement is made by one signer.
#[derive(Debug, Clone)]
pub struct TriageDemand {
    pub types: TypeSet,
    /// Its `max_age` is always there: hiding a statement that takes another back would help.
    pub demand: Demand,
}

impl Lower<'_> {
    /// `demand` is the rule's own, which its `triage` inherits from.
    pub fn vulnerabilities(
        &mut self,
        node: &Node,
        demand: Option<&Demand>,
        names: &mut RuleNames,
    ) -> Option<VulnerabilitiesRule> {
        let fail_on = self.level(node, "fail-on");
        let triage = node.get("triage").map(|triage| self.triage(triage, demand, names));
        let types = node.get("type").map(|types| self.type_set(types, names.types));
        let rule = VulnerabilitiesRule {
            types: types.unwrap_or_else(|| Some(TypeSet::named(&["vuln"]).and(&vulnerability::TYPES)))?,
            fail_on: fail_on?,
            inform_on: self.level(node, "inform-on"),
            unknown: self.level(node, "unknown").unwrap_or(Level::Critical),
            fixable_only: self.truth(node, "fixable-only"),
            fail_on_kev: self.truth(node, "fail-on-kev"),
            fail_on_epss: self.probability(node, "fail-on-epss"),
            grace: self.grace(node),
            exclude: self.exclude(node),
            formats: self.report_formats(node),
            incomplete: match self.field(node, "incomplete").map(|word| word.text) {
                Some("inform") => Demanded::Reported,
                _ => Demanded::Required,
            },
            names_image: match self.field(node, "names-image").map(|word| word.text) {
                Some("required") => Demanded::Required,
                _ => Demanded::Reported,
            },
            triage: match triage {
                Some(triage) => Some(triage?),
                None => None,
            },
        };
        Some(rule)
    }

    fn level(&mut self, node: &Node, key: &str) -> Option<Level> {
        Level::from_word(self.field(node, key)?.text)
    }

    fn truth(&mut self, node: &Node, key: &str) -> bool {
        self.field(node, key).is_some_and(|word| word.text == "true")
    }

    fn probability(&mut self, node: &Node, key: &str) -> Option<f64> {
        let word = self.field(node, key)?;
        let plain = word.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let number = word
            .text
            .parse()
            .ok()
            .filter(|number| plain && (0.0..=1.0).contains(number));
        if number.is_none() {
            let message = format!("{} is no probability", quoted(word.text));
            self.faults
                .error_with_hint(word.place, message, "a number from 0 to 1, such as `0.5`");
        }
        number
    }

    fn grace(&mut self, node: &Node) -> BTreeMap<Level, i64> {
        let Some(grace) = node.get("grace") else {
            return BTreeMap::new();
        };
        let of = |word: &str| Some((Level::from_word(word)?, self.duration(grace, word)?));
        Level::WORDS.into_iter().filter_map(of).collect()
    }

    fn exclude(&mut self, node: &Node) -> Vec<Glob> {
        let Some(list) = node.get("exclude") else {
            return Vec::new();
        };
        let words = self.words(list);
        words.into_iter().filter_map(|word| self.excluded(word)).collect()
    }

    fn excluded(&mut self, word: Word) -> Option<Glob> {
        let glob: Option<Glob> = word.text.parse().ok();
        let glob = glob.filter(|glob| glob.as_str().starts_with("pkg:") && glob.segments().count() > 1);
        if glob.is_none() {
            let message = format!("{} names no packages", quoted(word.text));
            let hint =
                "a package URL without qualifiers, such as `pkg:deb/debian/linux-libc-dev`; `*` and `**` are globs";
            self.faults.error_with_hint(word.place, message, hint);
        }
        glob
    }

    fn report_formats(&mut self, node: &Node) -> Vec<Format> {
        match node.get("format") {
            Some(list) => self
                .words(list)
                .iter()
                .filter_map(|word| Format::from_word(word.text))
                .collect(),
            None => Format::ALL.to_vec(),
        }
    }

    fn triage(&mut self, node: &Node, of_rule: Option<&Demand>, names: &mut RuleNames) -> Option<TriageDemand> {
        let types = match node.get("type") {
            Some(types) => self.type_set(types, names.types),
            None => Some(TypeSet::named(&triage::SHORT_TYPES).and(&triage::TYPES)),
        };
        let mut demand = self.demand(node, Select::Any, names)?;
        let of_rule = of_rule?;
        if demand.max_age.is_none() {
            demand.max_age = of_rule.max_age;
            if node.get("dated-by").is_none() {
                demand.dated_by = of_rule.dated_by;
            }
            self.check_age(node, &demand, names);
        }
        self.check_triage(node, &demand, of_rule)?;
        Some(TriageDemand { types: types?, demand })
    }

    fn check_triage(&mut self, node: &Node, demand: &Demand, of_rule: &Demand) -> Option<()> {
        if !matches!(demand.by, SignerSet::AnyOf(_)) {
            let hint = "a statement is made by one signer: a name, or `any-of`";
            self.faults
                .error_with_hint(node.get("by")?.place, "`triage` counts no signers", hint);
            return None;
        }
        if demand.max_age.is_none() {
            let hint = "whoever can write to the registry could hide a statement that takes another back";
            self.faults
                .error_with_hint(node.place, "`triage` needs `max-age`", hint);
            return None;
        }
        if of_rule.select == Select::Any {
            let hint = "what is not seen may take a statement back, so `select: any` cannot be judged with triage";
            self.faults
                .error_with_hint(node.place, "`triage` needs `select: latest` or `all`", hint);
            return None;
        }
        Some(())
    }
}

impl VulnerabilitiesRule {
    /// The keys that let through more than the defaults would, and what they let through.
    pub fn weakenings(&self) -> Vec<(&'static str, &'static str)> {
        let own_dates = |triage: &TriageDemand| triage.demand.dated_by == DatedBy::Payload;
        let all = [
            (
                self.incomplete == Demanded::Reported,
                "incomplete",
                "a report that looked at nothing counts",
            ),
            (
                self.unknown < self.fail_on,
                "unknown",
                "vulnerabilities of unknown severity do not deny",
            ),
            (
                !self.exclude.is_empty(),
                "exclude",
                "vulnerabilities of these packages do not deny",
            ),
            (
                self.triage.as_ref().is_some_and(own_dates),
                "triage",
                "statements may say themselves how old they are",
            ),
        ];
        let on = all.into_iter().filter(|(on, ..)| *on);
        on.map(|(_, key, effect)| (key, effect)).collect()
    }
}

/// `no vulnerability at or above high with a fix, triaged by release`
impl fmt::Display for VulnerabilitiesRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no vulnerability at or above {}", self.fail_on)?;
        if self.fail_on_kev {
            f.write_str(", none known to be exploited")?;
        }
        if let Some(probability) = self.fail_on_epss {
            write!(f, ", none with an EPSS of {probability} or more")?;
        }
        if self.fixable_only {
            f.write_str(", of those with a fix")?;
        }
        if let Some(triage) = &self.triage {
            write!(f, ", triaged by {}", triage.demand.by)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
