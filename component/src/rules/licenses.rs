//! `licenses`: every package of the image has a licence that the policy admits, by an SBOM or a licence report
//! (docs/rules/licenses.md).
//!
//! Not monotone where it denies licences: a document that is withheld cannot deny.

use std::fmt::Write as _;

use super::listed::{self, Listed};
use super::{Document, Effect, Judged, Objection};
use crate::license::{Judge, Standing, Term};
use crate::package::Purl;
use crate::policy::LicensesRule;
use crate::policy::kinds::licenses::LicenseException;
use crate::predicate::license::{self, Report};
use crate::predicate::sbom::{Package, Reading, Stated};
use crate::predicate::{Malformed, shown};

pub(crate) fn judge(rule: &LicensesRule, document: &Document<'_>) -> Result<Judged, Malformed> {
    let inner = license::document(document.predicate())?;
    let mut judging = Judging::new(rule);
    match license::read(document.predicate_type(), &inner)? {
        Report::Licenses(report) => report.packages(|package| judging.look_at(&package))?,
        Report::Sbom(Reading::Sbom(sbom)) => sbom.packages(|package| judging.look_at(&package))?,
        Report::Sbom(Reading::Unsupported { format, version }) => {
            return Ok(listed::only(listed::unsupported(format, &version)));
        }
        Report::NotUnderstood(found) => return Ok(listed::only(not_understood(found))),
    }
    Ok(judging.finish())
}

/// The document's own date; a licence report has none.
pub(crate) fn date(document: &Document<'_>) -> Result<Option<i64>, Malformed> {
    let inner = license::document(document.predicate())?;
    match license::read(document.predicate_type(), &inner)? {
        Report::Sbom(Reading::Sbom(sbom)) => sbom.date(),
        _ => Ok(None),
    }
}

fn not_understood(found: String) -> Objection {
    Objection {
        effect: Effect::Denies,
        id: None,
        aliases: Vec::new(),
        message: "the licence report is not understood".to_owned(),
        expected: "`licenses: [{ package, version, license }]`, CycloneDX or SPDX".to_owned(),
        found,
        severity: None,
        hint: Some("attest an SBOM with licences, or a list of packages with an SPDX expression each".to_owned()),
    }
}

struct Judging<'p> {
    rule: &'p LicensesRule,
    judge: Judge<'p>,
    /// Of `rule.exceptions`, those that admitted something.
    used: Vec<bool>,
    listed: Listed,
    packages: usize,
    refused: usize,
    unknown: usize,
}

impl<'p> Judging<'p> {
    fn new(rule: &'p LicensesRule) -> Self {
        Self {
            rule,
            judge: Judge::new(&rule.lists),
            used: vec![false; rule.exceptions.len()],
            listed: Listed::default(),
            packages: 0,
            refused: 0,
            unknown: 0,
        }
    }

    fn look_at(&mut self, package: &Package<'_>) {
        if package.is_place && package.licenses.is_empty() {
            return;
        }
        self.packages += usize::from(!package.is_place);
        let (standing, stated) = self.standing(package, &[]);
        if standing == Standing::Admitted {
            return;
        }
        let (standing, stated) = self.with_exceptions(package, standing, stated);
        match standing {
            Standing::Admitted => return,
            Standing::Refused => self.refused += 1,
            Standing::Unknown => self.unknown += 1,
        }
        let objection = self.objection(package, standing, stated);
        self.listed.push(objection);
    }

    /// Everything that is stated of a package must be admitted; the worst of it counts.
    fn standing<'v>(&self, package: &Package<'v>, excepted: &[&Term]) -> (Standing, Option<Stated<'v>>) {
        let judged = package
            .licenses
            .iter()
            .map(|&stated| (self.judge.standing(stated, excepted), Some(stated)));
        judged
            .min_by_key(|(standing, _)| *standing)
            .unwrap_or((Standing::Unknown, None))
    }

    fn with_exceptions<'v>(
        &mut self,
        package: &Package<'v>,
        standing: Standing,
        stated: Option<Stated<'v>>,
    ) -> (Standing, Option<Stated<'v>>) {
        let purls: Vec<Purl> = package.purls.iter().filter_map(|purl| Purl::read(purl)).collect();
        let rule = self.rule;
        let holding: Vec<usize> = (0..rule.exceptions.len())
            .filter(|&at| rule.exceptions[at].is_of(package, &purls))
            .collect();
        let terms: Vec<&Term> = holding.iter().flat_map(|&at| &rule.exceptions[at].licenses).collect();
        let mut judged = match terms.is_empty() {
            true => (standing, stated),
            false => self.standing(package, &terms),
        };
        if judged.0 == Standing::Unknown && holding.iter().any(|&at| rule.exceptions[at].unknown) {
            judged.0 = Standing::Admitted;
        }
        if judged.0 == Standing::Admitted {
            holding.into_iter().for_each(|at| self.used[at] = true);
        }
        judged
    }

    fn objection(&self, package: &Package<'_>, standing: Standing, stated: Option<Stated<'_>>) -> Objection {
        let (subject, key) = subject(package);
        let license = stated.map(|stated| shown(stated.text()));
        let found = match &license {
            Some(license) => format!("`{license}` of {subject}"),
            None => format!("no licence of {subject}"),
        };
        let word = match standing {
            Standing::Refused => license.as_deref().unwrap_or("none"),
            Standing::Unknown | Standing::Admitted => "unknown",
        };
        Objection {
            effect: match standing {
                Standing::Refused => Effect::Denies,
                Standing::Unknown | Standing::Admitted => self.rule.unknown,
            },
            id: listed::id(&format!("{word} {key}")),
            aliases: Vec::new(),
            message: match standing {
                Standing::Refused => "a licence that the policy does not admit",
                Standing::Unknown | Standing::Admitted => "a licence that is not known",
            }
            .to_owned(),
            expected: self.rule.to_string(),
            found,
            severity: None,
            hint: (standing == Standing::Unknown)
                .then(|| "an SPDX expression; `exceptions` of the rule admit one package".to_owned()),
        }
    }

    fn finish(mut self) -> Judged {
        if self.packages == 0 {
            self.listed.push(listed::no_packages());
        }
        for (exception, used) in self.rule.exceptions.iter().zip(&self.used) {
            if !used {
                self.listed.push(unused(exception));
            }
        }
        let mut remark = format!("{} packages", self.packages);
        for (count, word) in [
            (self.refused, "with licences that are not admitted"),
            (self.unknown, "without a known licence"),
        ] {
            if count > 0 {
                // writing to a text cannot fail
                let _ = write!(remark, ", {count} {word}");
            }
        }
        Judged {
            objections: self.listed.finish(),
            remarks: vec![remark],
        }
    }
}

/// A package in words, and the part of it that stays from version to version.
fn subject(package: &Package<'_>) -> (String, String) {
    let key = package
        .purls
        .iter()
        .find_map(|purl| Purl::read(purl))
        .map(|purl| purl.package());
    let key = key.unwrap_or_else(|| package.name.to_owned());
    let version = package
        .version
        .map(|version| format!(" {}", shown(version)))
        .unwrap_or_default();
    (format!("`{}`{version}", shown(&key)), key)
}

fn unused(exception: &LicenseException) -> Objection {
    Objection {
        effect: Effect::Informs,
        id: None,
        aliases: Vec::new(),
        message: "an exception of the rule admits nothing".to_owned(),
        expected: exception.to_string(),
        found: "no package that needs it".to_owned(),
        severity: None,
        hint: Some("remove it, or check its package".to_owned()),
    }
}

#[cfg(test)]
mod tests;
