//! The policy's exceptions for one image: applied to what rules object to, and accounted for (meaning 9).

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::finding::class_name;
use crate::digest::Digest;
use crate::limits;
use crate::policy::{Exception, Policy};
use crate::rules::{About, Effect, Objection};
use crate::wit::basics::ResultClass;
use crate::wit::diagnostics::{Diagnostic, Level};
use crate::wit::report;

pub(super) struct Waivers<'p> {
    file: &'p str,
    now: i64,
    image: &'p str,
    digest: Digest,
    exceptions: &'p [Exception],
    /// Lines of those that covered a finding.
    used: RefCell<BTreeSet<u32>>,
}

/// An objection, and the exception that lets it through.
#[derive(Debug)]
pub(super) struct Objected {
    pub objection: Objection,
    pub exception: Option<report::Exception>,
}

impl Objected {
    /// None: waived.
    pub fn effect(&self) -> Option<Effect> {
        self.exception.is_none().then_some(self.objection.effect)
    }

    pub fn denies(&self) -> bool {
        self.effect() == Some(Effect::Denies)
    }
}

impl<'p> Waivers<'p> {
    pub fn new(policy: &'p Policy, file: &'p str, image: &'p str, digest: Digest, now: i64) -> Self {
        Self {
            file,
            now,
            image,
            digest,
            exceptions: &policy.exceptions,
            used: RefCell::new(BTreeSet::new()),
        }
    }

    /// Where exceptions are applied later.
    pub fn none(now: i64) -> Self {
        Self {
            file: "",
            now,
            image: "",
            digest: Digest::of(b""),
            exceptions: &[],
            used: RefCell::default(),
        }
    }

    /// Only what denies needs one; what is undecided cannot be excepted, because nobody knows what it is.
    pub fn apply(&self, rule: &str, about: &About<'_>, mut objection: Objection) -> Objected {
        // without an identifier of its own it is excepted by its class, and here: what other documents deny must not go with it
        let id = objection.id.as_deref().unwrap_or(class_name(ResultClass::Verified));
        let exception = match objection.effect {
            Effect::Denies => self.find(rule, about.digest, id),
            Effect::LeavesUndecided | Effect::Informs => None,
        };
        if let Some(expired) = exception.filter(|one| !one.holds_at(self.now)) {
            objection.hint = Some(format!(
                "the exception in line {} of the policy expired on {}",
                expired.line, expired.expires
            ));
            return Objected {
                objection,
                exception: None,
            };
        }
        Objected {
            objection,
            exception: exception.map(applied),
        }
    }

    /// One that still holds before one that has expired.
    pub fn find(&self, rule: &str, target: Digest, id: &str) -> Option<&'p Exception> {
        let found = self.covering(rule, target, id)?;
        self.used.borrow_mut().insert(found.line);
        Some(found)
    }

    /// One that holds, for who only wants to know: it is not used by that.
    pub fn holding(&self, rule: &str, target: Digest, id: &str) -> Option<report::Exception> {
        let found = self.covering(rule, target, id)?;
        found.holds_at(self.now).then(|| applied(found))
    }

    fn covering(&self, rule: &str, target: Digest, id: &str) -> Option<&'p Exception> {
        let digests = [self.digest, target];
        let covers = |one: &&Exception| one.rule == rule && one.image.covers(self.image, &digests) && one.names(id);
        let covering = self.exceptions.iter().filter(covers);
        covering.max_by_key(|one| one.holds_at(self.now))
    }

    pub fn now(&self) -> i64 {
        self.now
    }

    /// What to say about the exceptions for the rules that were evaluated on this image.
    pub fn account(&self, rules: &[&str]) -> Vec<Diagnostic> {
        let used = self.used.borrow();
        let concerned =
            |one: &&Exception| rules.contains(&one.rule.as_str()) && one.image.covers(self.image, &[self.digest]);
        self.exceptions
            .iter()
            .filter(concerned)
            .filter_map(|one| self.remark(one, used.contains(&one.line)))
            .map(|(exception, message, hint)| Diagnostic {
                level: Level::Warning,
                file: self.file.to_owned(),
                line: exception.line,
                column: 0,
                message,
                hint: Some(hint.to_owned()),
            })
            .collect()
    }

    fn remark<'x>(&self, one: &'x Exception, used: bool) -> Option<(&'x Exception, String, &'static str)> {
        let Exception { id, rule, expires, .. } = one;
        if !one.holds_at(self.now) {
            let message = format!("the exception for `{id}` of rule `{rule}` expired on {expires}");
            return Some((one, message, "remove it, or look again and renew it"));
        }
        if !used {
            let message = format!(
                "the exception for `{id}` of rule `{rule}` matched nothing of {}",
                self.image
            );
            return Some((one, message, "remove it when nothing else needs it"));
        }
        let days = expires.days_after(self.now);
        (days <= limits::EXCEPTION_NOTICE_DAYS).then(|| {
            let message = format!("the exception for `{id}` of rule `{rule}` ends on {expires}, in {days} days");
            (one, message, "mend what it lets through before then")
        })
    }
}

pub(super) fn applied(exception: &Exception) -> report::Exception {
    report::Exception {
        line: exception.line,
        owner: exception.owner.clone(),
        reason: exception.reason.clone(),
        ticket: exception.ticket.clone(),
        expires: exception.expires.to_string(),
    }
}
