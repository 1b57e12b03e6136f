//! One inquiry: the policy with its files, where evidence comes from, and the component that answers. `check` asks it to
//! judge, `list` to look.

mod faults;
pub(crate) mod settings;

pub(crate) use faults::bug;
pub use faults::{Error, refused, usage};

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::args::{EvidenceOptions, PolicyChoice};
use crate::auth;
use crate::bundles;
use crate::collect::{Beside, Collected, Depth, collect, collect_base};
use crate::component::{self, Component};
use crate::kept::{KeptError, KeptRoots};
use crate::layout::Layout;
use crate::limits;
use crate::policy_source;
use crate::reference::Reference;
use crate::registry::Registry;
use crate::source::{could_not_look, in_words};
use crate::wit::basics::Mode;
use crate::wit::report::{Report, Wanted, WantedImage};
use crate::wit::request::{Breadth, Image, NamedFile, PolicySource, Request, Unreadable};
use crate::wit::requirements::{ImageRequirements, Requirements};

/// The roots that the component looks under where there is no policy.
const LOOKED_UNDER: [&str; 2] = ["sigstore", "github"];

#[derive(Debug)]
pub struct Inquiry {
    pub policy: PolicySource,
    component: Component,
    origin: Origin,
    bundles: Vec<NamedFile>,
    /// Repositories of the command line in which evidence is looked for as well.
    beside: Vec<String>,
    /// Seconds since 1970: the clock, or `--now`.
    time: i64,
}

/// Where evidence comes from.
#[derive(Debug)]
enum Origin {
    Registry(Box<Registry>),
    Layout(Box<Layout>),
    /// Detached bundles alone: no network, and nothing but the digest is known of the image.
    Bundles,
}

impl Inquiry {
    /// Opens everything that the command line names. `choice` is none for looking without a policy.
    pub fn open(
        choice: Option<&PolicyChoice>,
        options: &EvidenceOptions,
        credentials: auth::Environment,
        references: &[Reference],
    ) -> Result<(Self, Requirements), Error> {
        let (mut policy, place) = match choice {
            Some(choice) => {
                let (source, place) = policy_source::open(choice)?;
                (source, Some(place))
            }
            None => (policy_source::none(), None),
        };
        if let Some(path) = &options.trusted_root {
            policy.trust_override.push(policy_source::trusted_root(path)?);
        }
        let component = Component::load().map_err(bug)?;
        let time = options.now.unwrap_or_else(now);
        let names: Vec<String> = references.iter().map(Reference::name).collect();
        let mut requirements = match &place {
            Some(place) => requirements(
                &component,
                &mut policy,
                place,
                options.kept_roots.as_deref(),
                &names,
                time,
            )?,
            None => {
                keep(
                    &mut policy,
                    options.kept_roots.as_deref(),
                    &LOOKED_UNDER.map(str::to_owned),
                )?;
                nothing_required(&names)
            }
        };
        let bundles = options
            .bundles
            .iter()
            .map(|path| bundles::read(path))
            .collect::<Result<Vec<_>, _>>()?;
        let origin = origin(options, credentials)?;
        let inquiry = Self {
            policy,
            component,
            origin,
            bundles: bundles.concat(),
            beside: settings::repositories(&options.registry.evidence)?,
            time,
        };
        inquiry.can_look_for(references)?;
        inquiry.place_evidence(&mut requirements);
        Ok((inquiry, requirements))
    }

    /// The same for other images: those that the policy names itself are known only once it was read.
    pub fn requirements(&self, references: &[Reference]) -> Result<Requirements, Error> {
        self.can_look_for(references)?;
        let names: Vec<String> = references.iter().map(Reference::name).collect();
        let requirements = self.component.requirements(&self.policy, &names, self.time);
        let mut requirements = requirements.map_err(refused)?;
        self.place_evidence(&mut requirements);
        Ok(requirements)
    }

    /// Repositories of the command line are asked for every image.
    fn place_evidence(&self, requirements: &mut Requirements) {
        for image in &mut requirements.images {
            match self.origin {
                Origin::Registry(_) => image.evidence.extend(self.beside.iter().cloned()),
                // all that there is lies in one place
                Origin::Layout(_) | Origin::Bundles => image.evidence.clear(),
            }
        }
    }

    fn can_look_for(&self, references: &[Reference]) -> Result<(), Error> {
        let without_digest = references.iter().find(|one| one.digest().is_none());
        match (&self.origin, without_digest) {
            (Origin::Bundles, Some(reference)) => Err(Error::NoDigest {
                reference: reference.written().to_owned(),
            }),
            _ => Ok(()),
        }
    }

    pub fn collect(&self, reference: &Reference, requirements: &ImageRequirements, depth: Depth) -> Collected {
        match &self.origin {
            Origin::Registry(registry) => collect(registry.as_ref(), reference, requirements, depth),
            Origin::Layout(layout) => collect(layout.as_ref(), reference, requirements, depth),
            Origin::Bundles => known_by_digest(reference),
        }
    }

    /// What is handed to the component; `collected` without what only the host cares for.
    pub fn request(&self, collected: Collected, mode: Mode, breadth: Breadth) -> Request {
        Request {
            policy: self.policy.clone(),
            mode,
            image: collected.image,
            time: self.time,
            blobs: collected.blobs,
            lookups: collected.lookups,
            unreadable: collected.unreadable,
            bundles: self.bundles.clone(),
            breadth,
        }
    }

    pub fn component(&self) -> &Component {
        &self.component
    }

    /// Judges what was collected and, where the component wants to see more, all of it once again. It decides, not the
    /// host: what it asks for is put beside what it has. `contacted` gains the hosts that were spoken to for it.
    pub fn judge(&self, mut request: Request, contacted: &mut Vec<String>) -> Result<Report, component::Error> {
        let mut report = self.evaluate(&mut request)?;
        for _ in 0..limits::BASE_LEVELS {
            let wanted = wanted_images(&report);
            if wanted.is_empty() {
                break;
            }
            for image in wanted {
                let beside = self.beside(image);
                request.blobs.extend(beside.blobs);
                request.lookups.extend(beside.lookups);
                request.unreadable.extend(beside.unreadable);
                contacted.extend(beside.contacted);
            }
            report = self.evaluate(&mut request)?;
        }
        Ok(report)
    }

    /// Telling the contents costs more. Where it does not come to an end, the verdict is had without: no report that
    /// somebody wants may decide about the image.
    fn evaluate(&self, request: &mut Request) -> Result<Report, component::Error> {
        match self.component.evaluate(request) {
            Err(component::Error::Trapped { .. }) if request.breadth == Breadth::Contents => {
                request.breadth = Breadth::Verdict;
                self.component.evaluate(request)
            }
            answer => answer,
        }
    }

    fn beside(&self, image: &WantedImage) -> Beside {
        let written = format!("{}@{}", image.name, image.digest);
        let parsed = written
            .parse::<Reference>()
            .map_err(|error| could_not_look(&written, in_words(&error)));
        let answer = parsed.and_then(|reference| {
            let digest = reference
                .digest()
                .ok_or_else(|| could_not_look(&written, "it has no digest"))?;
            match &self.origin {
                Origin::Registry(registry) => Ok(collect_base(registry.as_ref(), &reference, digest, &image.carriers)),
                Origin::Layout(layout) => Ok(collect_base(layout.as_ref(), &reference, digest, &image.carriers)),
                Origin::Bundles => Err(could_not_look(&written, "with `--bundle` alone nothing is asked for")),
            }
        });
        answer.unwrap_or_else(|failure| Beside {
            blobs: Vec::new(),
            lookups: Vec::new(),
            unreadable: vec![Unreadable {
                digest: image.digest.clone(),
                failure,
            }],
            contacted: Vec::new(),
        })
    }
}

fn wanted_images(report: &Report) -> Vec<&WantedImage> {
    let images = report.wanted.iter().filter_map(|one| match one {
        Wanted::Image(image) => Some(image),
        Wanted::LogEntry(_) | Wanted::Blob(_) => None,
    });
    images.take(limits::BASES).collect()
}

/// A policy by itself, with the files that it names.
pub fn read_policy(choice: &PolicyChoice, time: i64) -> Result<(PolicySource, Requirements), Error> {
    let (mut policy, place) = policy_source::open(choice)?;
    let component = Component::load().map_err(bug)?;
    let requirements = requirements(&component, &mut policy, &place, None, &[], time)?;
    Ok((policy, requirements))
}

/// Asked twice where the policy names files: once to learn their names, once with them.
fn requirements(
    component: &Component,
    policy: &mut PolicySource,
    place: &policy_source::Place,
    cache: Option<&Path>,
    names: &[String],
    time: i64,
) -> Result<Requirements, Error> {
    let first = component.requirements(policy, names, time).map_err(refused)?;
    keep(policy, cache, &first.roots)?;
    if first.missing_files.is_empty() && policy.kept_roots.is_empty() {
        return Ok(first);
    }
    let mut unreadable = Vec::new();
    for wanted in &first.missing_files {
        match place.named_file(wanted) {
            Ok(file) => policy.files.push(file),
            Err(error) => unreadable.push(faults::at_line(&policy.document.name, wanted.line, &error)),
        }
    }
    if !unreadable.is_empty() {
        return Err(Error::Policy(unreadable));
    }
    component.requirements(policy, names, time).map_err(refused)
}

/// Hands over what is kept of these roots. Without network, and without belief: the component verifies it.
fn keep(policy: &mut PolicySource, cache: Option<&Path>, names: &[String]) -> Result<(), KeptError> {
    let Some(cache) = cache else {
        return Ok(());
    };
    let kept = KeptRoots::below(cache);
    for name in names {
        policy.kept_roots.extend(kept.read(name)?);
    }
    Ok(())
}

fn nothing_required(names: &[String]) -> Requirements {
    let image = |name: &String| ImageRequirements {
        name: name.clone(),
        origin: None,
        evidence: Vec::new(),
        rules: Vec::new(),
        carriers: Vec::new(),
        children: false,
    };
    Requirements {
        missing_files: Vec::new(),
        roots: Vec::new(),
        images: names.iter().map(image).collect(),
        check: Vec::new(),
        warnings: Vec::new(),
        weakenings: Vec::new(),
    }
}

fn origin(options: &EvidenceOptions, credentials: auth::Environment) -> Result<Origin, Error> {
    match &options.layout {
        Some(path) => Ok(Origin::Layout(Box::new(Layout::open(path)?))),
        None if !options.bundles.is_empty() => Ok(Origin::Bundles),
        None => Ok(Origin::Registry(Box::new(Registry::new(settings::of(
            &options.registry,
            credentials,
        )?)))),
    }
}

fn known_by_digest(reference: &Reference) -> Collected {
    Collected {
        image: Image {
            reference: reference.written().to_owned(),
            name: reference.name(),
            tag: reference.tag().map(str::to_owned),
            // invariant: `open` refuses a reference without a digest for this origin
            resolved: Ok(reference.digest().map(|digest| digest.to_string()).unwrap_or_default()),
        },
        blobs: Vec::new(),
        lookups: Vec::new(),
        unreadable: Vec::new(),
        contacted: Vec::new(),
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
