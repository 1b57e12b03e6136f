//! `portcullis policy`: a policy by itself, read by the component that would judge by it.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::args::{PolicyChoice, PolicyImport};
use crate::component::{self, Component};
use crate::digest::Digest;
use crate::inquiry;
use crate::policy_import::{self, Given, ImportError, Imported, Input};
use crate::policy_source::{self, FileError};
use crate::run::{Fault, Policy, Run, Tool, Weakening};
use crate::wit::diagnostics::{self, Diagnostic};
use crate::wit::request::{NamedFile, PolicySource};
use crate::wit::requirements::Requirements;

/// The JSON Schema of the policy file.
pub const SCHEMA: &str = include_str!("../../docs/portcullis.schema.json");

/// The pages about kinds of rules.
pub const KINDS: [(&str, &str); 9] = [
    ("attestation", include_str!("../../docs/rules/attestation.md")),
    ("attestations", include_str!("../../docs/rules/attestations.md")),
    ("base-image", include_str!("../../docs/rules/base-image.md")),
    ("expression", include_str!("../../docs/rules/expression.md")),
    ("licenses", include_str!("../../docs/rules/licenses.md")),
    ("provenance", include_str!("../../docs/rules/provenance.md")),
    ("sbom", include_str!("../../docs/rules/sbom.md")),
    ("signature", include_str!("../../docs/rules/signature.md")),
    ("vulnerabilities", include_str!("../../docs/rules/vulnerabilities.md")),
];

/// A run without images: what is wrong is among its faults.
pub fn check(file: &Path, tool: Tool) -> Run {
    let name = file.display().to_string();
    let (mut run, read) = match read(file) {
        Ok((source, requirements)) => (Run::failed(Vec::new(), tool), Some((source, requirements))),
        Err(error) => (Run::failed(error.faults(""), tool), None),
    };
    run.policy = Policy {
        file: name,
        digest: read.as_ref().map(|(source, _)| digest_of(&source.document)),
    };
    if let Some((_, requirements)) = read {
        run.warnings = requirements.warnings;
        run.weakenings = requirements.weakenings.into_iter().map(Weakening::from).collect();
    }
    run
}

/// The policy and the files that it needs, each with its digest.
pub fn digests(file: &Path) -> Result<Vec<(String, String)>, Vec<Fault>> {
    let (source, _) = read(file).map_err(|error| error.faults(""))?;
    let files = std::iter::once(&source.document).chain(&source.files);
    Ok(files.map(|file| (digest_of(file), file.name.clone())).collect())
}

fn read(file: &Path) -> Result<(PolicySource, Requirements), inquiry::Error> {
    let choice = PolicyChoice::File {
        path: file.to_owned(),
        digest: None,
    };
    inquiry::read_policy(&choice, now())
}

/// A page about a kind of rule, or the kinds there are.
pub fn explain(kind: Option<&str>) -> Result<String, Fault> {
    let kinds = KINDS.map(|(name, _)| name).join(", ");
    let Some(wanted) = kind else {
        return Ok(format!("{}\n", KINDS.map(|(name, _)| name).join("\n")));
    };
    let page = KINDS.into_iter().find(|(name, _)| *name == wanted);
    page.map(|(_, page)| page.to_owned()).ok_or_else(|| Fault::Usage {
        message: format!("there is no kind of rule `{wanted}`"),
        hint: Some(format!("the kinds are {kinds}")),
    })
}

fn digest_of(file: &NamedFile) -> String {
    Digest::of(&file.content).to_string()
}

/// An import, and what the policy that came of it will warn about.
#[derive(Debug)]
pub struct Import {
    pub imported: Imported,
    pub warnings: Vec<Diagnostic>,
}

/// What was imported, or why nothing was.
pub fn import(import: &PolicyImport) -> Result<Import, Vec<Fault>> {
    let fault = |error: &dyn std::error::Error| vec![inquiry::usage(error)];
    let mut inputs = Vec::new();
    for path in &import.files {
        let content = policy_source::imported(path).map_err(|error: FileError| fault(&error))?;
        let name = path.display().to_string();
        inputs.push(Input { name, content });
    }
    let today = Timestamp::from_second(now())
        .unwrap_or(Timestamp::MIN)
        .to_zoned(TimeZone::UTC)
        .date();
    let given = Given {
        rule: import.rule.clone(),
        image: import.image.clone(),
        owner: import.owner.clone(),
        reason: import.reason.clone(),
        today,
    };
    let component = Component::load().map_err(|error| inquiry::refused(error).faults(""))?;
    let mut failed = None;
    let imported = policy_import::import(import.format, &inputs, &given, &mut |text| {
        accepts(&component, text).unwrap_or_else(|error| {
            failed = Some(error);
            Err(Vec::new())
        })
    });
    if let Some(error) = failed {
        return Err(inquiry::refused(error).faults(""));
    }
    let imported = imported.map_err(|error: ImportError| fault(&error))?;
    // what is no whole policy warns where it is put
    let warnings = ask(&component, &imported.text).map_or(Vec::new(), |requirements| requirements.warnings);
    Ok(Import { imported, warnings })
}

/// The component's errors about a policy's text.
fn accepts(component: &Component, text: &str) -> Result<policy_import::Verdict, component::Error> {
    match ask(component, text) {
        // what should be a key or a certificate would be taken for a path
        Ok(requirements) => Ok(match requirements.missing_files.first() {
            Some(file) => Err(vec![format!("`{}` is no PEM", file.path)]),
            None => Ok(()),
        }),
        Err(component::Error::Refused(diagnostics::Error::Policy(found))) => {
            let errors = found.into_iter().filter(|one| one.level == diagnostics::Level::Error);
            Ok(Err(errors.map(|one| one.message).collect()))
        }
        Err(other) => Err(other),
    }
}

fn ask(component: &Component, text: &str) -> Result<Requirements, component::Error> {
    let mut source = policy_source::none();
    source.document = NamedFile {
        name: "the output".to_owned(),
        content: text.as_bytes().to_vec(),
    };
    component.requirements(&source, &[], now())
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
