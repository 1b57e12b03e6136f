//! `portcullis check`: may these images pass?

use std::io::Read;
use std::num::NonZeroUsize;

use crate::args::{Check, PolicyChoice, UsageError};
use crate::auth;
use crate::collect::{Collected, Depth};
use crate::component;
use crate::emit::Format;
use crate::inquiry::{self, Inquiry};
use crate::named::{AllNamed, Named};
use crate::parallel;
use crate::progress::Progress;
use crate::run::{FLAGS, Fault, Image, Policy, Run, Tool, Weakening};
use crate::wit::request::Breadth;
use crate::wit::requirements::{ImageRequirements, Requirements};

/// Judges every image. What goes wrong on the way is in the run too: it is shown, and it decides the exit code.
pub fn run(check: &Check, credentials: auth::Environment, input: &mut dyn Read, progress: &Progress) -> Run {
    let mut run = Run::failed(Vec::new(), tool());
    run.mode = check.mode;
    run.weakenings = check.weakenings.clone();
    run.policy.file = match &check.policy {
        PolicyChoice::File { path, .. } => path.display().to_string(),
        PolicyChoice::Flags(_) => FLAGS.to_owned(),
    };
    let mut named = match AllNamed::of(&check.images, input) {
        Ok(named) => named,
        Err(faults) => return Run { faults, ..run },
    };
    let opened = Inquiry::open(Some(&check.policy), &check.evidence, credentials, &named.references());
    let (inquiry, mut requirements) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            return Run {
                faults: error.faults(""),
                ..run
            };
        }
    };
    if check.images.is_empty() {
        (named, requirements) = match of_policy(&inquiry, &run.policy.file, &requirements) {
            Ok(known) => known,
            Err(faults) => return Run { faults, ..run },
        };
    }
    named.count(check.images.expected);
    (run.files, run.sightings) = (named.files, named.sightings);
    run.warnings = requirements.warnings;
    if let PolicyChoice::File { .. } = check.policy {
        // those of flags are listed as flags
        run.weakenings
            .extend(requirements.weakenings.into_iter().map(Weakening::from));
    }
    let jobs: Vec<(Named, ImageRequirements)> = named.images.into_iter().zip(requirements.images).collect();
    progress.begin(jobs.len());
    let judged = parallel::map(&jobs, at_once(check), |(named, wanted)| {
        let judged = judge(&inquiry, check, named, wanted);
        progress.done(named.reference.written());
        judged
    });
    for answer in judged {
        run.contacted.extend(answer.contacted);
        match answer.outcome {
            Ok(image) => run.images.push(image),
            Err(faults) => run.faults.extend(faults),
        }
    }
    run.contacted.sort();
    run.contacted.dedup();
    run.policy = Policy {
        digest: run.images.first().map(|image| image.report.policy.clone()),
        ..run.policy
    };
    run
}

/// The images that the policy names, where the command line names none.
fn of_policy(inquiry: &Inquiry, file: &str, first: &Requirements) -> Result<(AllNamed, Requirements), Vec<Fault>> {
    if first.check.is_empty() {
        return Err(vec![Fault::from(&UsageError::NoImage { command: "check" })]);
    }
    let named = AllNamed::of_policy(file, &first.check)?;
    let requirements = inquiry.requirements(&named.references());
    Ok((named, requirements.map_err(|error| error.faults(""))?))
}

struct Judged {
    contacted: Vec<String>,
    outcome: Result<Image, Vec<Fault>>,
}

fn judge(inquiry: &Inquiry, check: &Check, named: &Named, wanted: &ImageRequirements) -> Judged {
    let reference = &named.reference;
    let collected: Collected = inquiry.collect(reference, wanted, Depth::Signed);
    let mut contacted = collected.contacted.clone();
    let answer = inquiry.judge(inquiry.request(collected, check.mode, breadth(check)), &mut contacted);
    let outcome = match answer {
        Ok(report) => Ok(Image {
            requirements: wanted.clone(),
            report,
            mentions: named.mentions.clone(),
        }),
        Err(error) => Err(inquiry::refused(error).faults(reference.written())),
    };
    Judged { contacted, outcome }
}

/// What is inside is asked for where somebody is shown it.
fn breadth(check: &Check) -> Breadth {
    let mut formats = check
        .format
        .into_iter()
        .chain(check.reports.iter().map(|one| one.format));
    match formats.any(Format::shows_contents) {
        true => Breadth::Contents,
        false => Breadth::Verdict,
    }
}

/// Images at once: each may hold its evidence and an instance of the component.
fn at_once(check: &Check) -> NonZeroUsize {
    let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    check.evidence.jobs.unwrap_or_else(processors)
}

pub fn tool() -> Tool {
    Tool {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        component: Some(component::digest()),
    }
}
