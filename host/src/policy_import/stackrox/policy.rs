//! A policy of the platform as rules: each section that asks for signatures is one.

use super::Import;
use crate::policy_import::Given;
use crate::policy_import::draft::{Demand, Entry, Mode, Part, Rule, push_once};
use crate::policy_import::notes::Notes;
use crate::policy_import::tree::{Fields, Node};
use crate::say;

/// The criterion that is imported.
const CRITERION: &str = "Image Signature Verified By";

/// Of a policy, and nothing that decides about an image.
const WITHOUT_MEANING: [&str; 18] = [
    "id",
    "description",
    "categories",
    "notifiers",
    "lastUpdated",
    "SORTName",
    "SORTLifecycleStage",
    "SORTEnforcement",
    "SORT_name",
    "SORT_lifecycleStage",
    "SORT_enforcement",
    "policyVersion",
    "mitreAttackVectors",
    "criteriaLocked",
    "mitreVectorsLocked",
    "isDefault",
    "source",
    "lifecycleStages",
];

/// What the rules of one policy have in common.
struct Common {
    name: String,
    severity: Option<&'static str>,
    remediation: Option<String>,
}

impl Import {
    pub(super) fn policy(&mut self, node: Node, given: &Given) {
        let at = node.at.clone();
        let Some(mut fields) = node.fields(&mut self.notes) else {
            return self.draft.rules.push(Part::new(at, None, &mut self.notes));
        };
        fields.without_meaning(&WITHOUT_MEANING);
        let name = fields.text("name", &mut self.notes).unwrap_or_default();
        let sections = fields.items("policySections", &mut self.notes);
        if fields.flag("disabled", &mut self.notes) {
            self.notes
                .missing(&at, say!["the policy `", name, "` is disabled there"]);
            return self.draft.rules.push(Part::new(at, None, &mut self.notes));
        }
        let rationale = fields.text("rationale", &mut self.notes);
        let common = Common {
            severity: severity(&mut fields, &mut self.notes),
            remediation: remediation(rationale.as_deref(), fields.text("remediation", &mut self.notes)),
            name,
        };
        let mode = mode(&mut fields, &mut self.notes);
        let exclusions = fields.items("exclusions", &mut self.notes);
        let scope =
            say!["where the policy holds is a matter of clusters and namespaces there; here it holds for `match`"];
        fields.cannot(&["scope"], &scope, &mut self.notes);
        let others = say!["is not understood here"];
        fields.cannot(&["whitelists", "fields"], &others, &mut self.notes);
        if fields
            .text("eventSource", &mut self.notes)
            .is_some_and(|source| source.ends_with("_EVENT"))
        {
            self.notes
                .missing(&at, say!["the policy is about events, not about images"]);
        }
        fields.finish(&mut self.notes);
        let rules: Vec<String> = sections
            .into_iter()
            .flat_map(|section| self.section(section, &common))
            .collect();
        if rules.is_empty() {
            self.notes.missing(
                &at,
                say!["the policy `", common.name, "` has no criterion `", CRITERION, "`"],
            );
            return self.draft.rules.push(Part::new(at, None, &mut self.notes));
        }
        for exclusion in exclusions {
            self.exclusion(exclusion, &rules, given, rationale.as_deref());
        }
        let entry = Entry {
            glob: given.glob(),
            rules,
            mode,
        };
        self.draft.images.push(Part::new(at, Some(entry), &mut self.notes));
    }

    /// The names of its rules, where it is about signatures.
    fn section(&mut self, node: Node, common: &Common) -> Vec<String> {
        let at = node.at.clone();
        let Some(mut fields) = node.fields(&mut self.notes) else {
            return Vec::new();
        };
        fields.without_meaning(&["sectionName"]);
        let groups = fields.items("policyGroups", &mut self.notes);
        fields.finish(&mut self.notes);
        let (mut by, mut others) = (None, Vec::new());
        for group in groups {
            let at = group.at.clone();
            let Some(mut group) = group.fields(&mut self.notes) else {
                continue;
            };
            match group.text("fieldName", &mut self.notes) {
                Some(name) if name == CRITERION => by = self.signers_of(group),
                Some(name) => others.push((at, name)),
                None => {}
            }
        }
        if by.is_none() && self.notes.is_empty() {
            return Vec::new();
        }
        for (at, name) in others.iter().filter(|_| by.is_some()) {
            let effect = "` narrows it there; here it holds for every image of `match`";
            self.notes.missing(at, say!["the criterion `", name, effect]);
        }
        let Some(groups) = by else {
            self.draft.rules.push(Part::new(at, None, &mut self.notes));
            return Vec::new();
        };
        let mut names = Vec::new();
        for by in groups {
            let rule = Rule {
                name: self.rules.fresh(&common.name, "signed"),
                demand: Demand::Signature,
                by,
                severity: common.severity,
                remediation: common.remediation.clone(),
            };
            names.push(rule.name.clone());
            let part = Part::new(at.clone(), Some(rule), &mut self.notes);
            self.draft.rules.push(part);
        }
        names
    }

    /// Signers of the integrations that a group names: of each alone where it wants all of them (`AND`), else together.
    fn signers_of(&mut self, mut group: Fields) -> Option<Vec<Vec<String>>> {
        let at = group.at.clone();
        let values = group.items("values", &mut self.notes);
        if group.flag("negate", &mut self.notes) {
            self.notes
                .missing(&at, say!["a negated criterion asks that nobody has signed"]);
            return None;
        }
        let operator = group.text("booleanOperator", &mut self.notes);
        group.finish(&mut self.notes);
        let mut each = Vec::new();
        for value in values {
            let at = value.at.clone();
            let mut signers = Vec::new();
            let Some(id) = value.fields(&mut self.notes).and_then(|mut value| {
                let id = value.text("value", &mut self.notes);
                value.finish(&mut self.notes);
                id
            }) else {
                each.push(signers);
                continue;
            };
            match self.by_integration.get(&id) {
                Some(known) => known.iter().for_each(|name| push_once(&mut signers, name.clone())),
                None => self
                    .notes
                    .missing(&at, say!["the integration `", id, "` is in none of the files"]),
            }
            each.push(signers);
        }
        if operator.is_some_and(|operator| operator == "AND") {
            return Some(each);
        }
        let mut any = Vec::new();
        each.into_iter().flatten().for_each(|name| push_once(&mut any, name));
        Some(vec![any])
    }
}

fn severity(fields: &mut Fields, notes: &mut Notes) -> Option<&'static str> {
    let at = fields.at.key("severity");
    let word = fields.text("severity", notes)?;
    let known = [
        ("LOW_SEVERITY", "low"),
        ("MEDIUM_SEVERITY", "medium"),
        ("HIGH_SEVERITY", "high"),
        ("CRITICAL_SEVERITY", "critical"),
    ];
    let found = known.into_iter().find(|(theirs, _)| *theirs == word);
    if found.is_none() && word != "UNSET_SEVERITY" {
        notes.missing(&at, say!["the severity `", word, "` is not known here"]);
    }
    found.map(|(_, ours)| ours)
}

/// A rule has one text for its reader.
fn remediation(rationale: Option<&str>, remediation: Option<String>) -> Option<String> {
    match (rationale, remediation) {
        (Some(why), Some(what)) => Some(format!("{what} ({why})")),
        (why, what) => what.or_else(|| why.map(str::to_owned)),
    }
}

/// Anything that stops an image there stops it here; a policy that only alerts informs.
fn mode(fields: &mut Fields, notes: &mut Notes) -> Mode {
    let actions = fields.texts("enforcementActions", notes);
    match actions.iter().any(|(_, action)| action != "UNSET_ENFORCEMENT") {
        true => Mode::Enforce,
        false => Mode::Inform,
    }
}
