//! `portcullis extract`: hands out what the component proved, to standard output, a file or a directory.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::args::Extract;
use crate::auth;
use crate::collect::Depth;
use crate::digest::Digest;
use crate::exit::Exit;
use crate::inquiry::{self, Inquiry, usage};
use crate::list::everything;
use crate::reference::Reference;
use crate::run::{Fault, Weakening};
use crate::wit::basics::Mode;
use crate::wit::extraction::{Choice, Content, Extraction, File, Item, Outcome, Selection, Trust};
use crate::wit::request::Breadth;

mod directory;
mod name;

pub use name::{INDEX, marked, stem};

/// What the component handed out, and where it went.
#[derive(Debug, Clone)]
pub struct Extracted {
    /// as the user wrote it
    pub reference: String,
    /// normalised `registry/repository`
    pub name: String,
    pub extraction: Extraction,
    pub written: Vec<Written>,
    /// options in use that weaken what is handed out
    pub weakenings: Vec<Weakening>,
    /// hosts that were contacted
    pub contacted: Vec<String>,
}

/// A file, or standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// place in `extraction.items`
    pub item: usize,
    pub content: Content,
    /// none: standard output
    pub path: Option<PathBuf>,
    /// `sha256:…`
    pub digest: String,
    pub size: usize,
}

pub fn run(extract: &Extract, credentials: auth::Environment) -> Result<Extracted, Vec<Fault>> {
    let reference: Reference = extract.image.parse().map_err(|error| vec![usage(&error)])?;
    let references = std::slice::from_ref(&reference);
    let opened = Inquiry::open(extract.policy.as_ref(), &extract.evidence, credentials, references);
    let (inquiry, requirements) = opened.map_err(|error| error.faults(&extract.image))?;
    let depth = match extract.trust {
        Trust::Anything => Depth::Documents,
        Trust::Proven => Depth::Named,
    };
    let collected = inquiry.collect(&reference, &everything(&reference, &requirements), depth);
    let contacted = collected.contacted.clone();
    let request = inquiry.request(collected, Mode::Enforce, Breadth::Verdict);
    let extracted = inquiry.component().extract(&request, &selection(extract));
    let extraction = extracted.map_err(|error| inquiry::refused(error).faults(&extract.image))?;
    Ok(Extracted {
        reference: extract.image.clone(),
        name: reference.name(),
        extraction,
        written: Vec::new(),
        weakenings: extract.weakenings.clone(),
        contacted,
    })
}

fn selection(extract: &Extract) -> Selection {
    let usual = match is_directory(extract) {
        true => Choice::All,
        false => Choice::ExactlyOne,
    };
    Selection {
        types: extract.types.clone(),
        choice: extract.choice.clone().unwrap_or(usual),
        part: extract.part,
        trust: extract.trust,
    }
}

/// Where several documents may come, where one is, and where the name says so.
fn is_directory(extract: &Extract) -> bool {
    let named = |path: &PathBuf| path.is_dir() || path.as_os_str().to_string_lossy().ends_with('/');
    extract
        .output
        .as_ref()
        .is_some_and(|path| extract.may_be_several() || named(path))
}

impl Extracted {
    /// The worst answer to what was asked for.
    pub fn exit(&self) -> Exit {
        let outcomes = || self.extraction.answers.iter().map(|answer| answer.outcome);
        let any = |wanted: Outcome| outcomes().any(|one| one == wanted);
        if any(Outcome::Refused) || self.is_one_too_many() {
            Exit::Deny
        } else if any(Outcome::Undecided) {
            Exit::Undecided
        } else if any(Outcome::Nothing) || self.extraction.answers.is_empty() {
            Exit::Nothing
        } else {
            Exit::Allow
        }
    }

    /// Several of one time where there is room for one: nothing was written.
    pub fn is_one_too_many(&self) -> bool {
        self.written.is_empty() && self.extraction.items.len() > 1
    }

    /// Writes what was handed out; a directory takes everything, anything else a single document.
    pub fn hand_out(&mut self, extract: &Extract, out: &mut impl Write) -> io::Result<()> {
        if is_directory(extract) {
            let path = extract.output.clone().unwrap_or_default();
            return directory::write(self, &path);
        }
        let [item] = self.extraction.items.as_slice() else {
            return Ok(());
        };
        let mut written = Vec::new();
        let parts = [
            (Content::Signature, &extract.output_signature),
            (Content::Certificate, &extract.output_certificate),
        ];
        for (content, path) in parts {
            let file = item.files.iter().find(|file| file.content == content);
            if let (Some(file), Some(path)) = (file, path) {
                written.push(to_file(item, file, path)?);
            }
        }
        let parts_alone = extract.output_signature.is_some() || extract.output_certificate.is_some();
        match (&extract.output, item.files.first()) {
            (Some(path), Some(file)) => written.push(to_file(item, file, path)?),
            (None, Some(file)) if !parts_alone => {
                out.write_all(&file.bytes)?;
                out.flush()?;
                written.push(record(0, file, None));
            }
            _ => {}
        }
        self.written = written;
        Ok(())
    }
}

/// The path that the user named, which says so where nobody proved what is in it.
fn to_file(item: &Item, file: &File, path: &Path) -> io::Result<Written> {
    let path = marked(path, &item.standing);
    std::fs::write(&path, &file.bytes).map_err(|error| named(&path, &error))?;
    Ok(record(0, file, Some(path)))
}

fn record(item: usize, file: &File, path: Option<PathBuf>) -> Written {
    Written {
        item,
        content: file.content,
        path,
        digest: Digest::of(&file.bytes).to_string(),
        size: file.bytes.len(),
    }
}

/// The system's words do not say which file it was.
fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}
