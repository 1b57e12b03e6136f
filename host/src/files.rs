//! Images that the files of a repository name: which files there are, what kind each is, and where its images stand.
//! Whatever may be an image and cannot be judged as one is told with its place; nothing is skipped in silence.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

mod compose;
mod dockerfile;
mod finds;
mod gitlab;
mod glob;
mod helm_values;
mod image_path;
mod kind;
mod kubernetes;
mod kustomization;
mod template;
mod tree;
mod unclaimed;
mod walk;
mod workflow;

pub use image_path::{ImagePath, ImagePathError};

use crate::limits;
use crate::reference::Reference;
use crate::run::{Mention, Place, Sighting, SightingKind};
use finds::Finds;
use kind::Asked;

/// What of the command line is about files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileOptions {
    /// files and folders; `-` is standard input
    pub paths: Vec<PathBuf>,
    /// globs of paths that are not read
    pub exclude: Vec<String>,
    /// globs of references, as they are written, that are not judged
    pub exclude_images: Vec<String>,
    /// of images beside those that are known
    pub image_paths: Vec<ImagePath>,
}

/// What was found in all files.
#[derive(Debug, Default)]
pub struct Found {
    /// that were read, in that order
    pub files: Vec<String>,
    /// in the order of the files, and of their lines as far as one kind of file goes
    pub images: Vec<(Reference, Mention)>,
    pub sightings: Vec<Sighting>,
}

#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("cannot read `{path}`, which `--files` names\nhint: IMAGE arguments go before `--files`")]
    Unreadable { path: String, source: io::Error },
}

/// Reads what the options name.
pub fn find(options: &FileOptions, input: &mut dyn Read) -> Result<Found, FilesError> {
    let mut found = Found::default();
    let mut walk = walk::Walk::new(&options.exclude, kind::is_relevant);
    let mut piped = false;
    for path in &options.paths {
        if path == Path::new("-") {
            piped = true;
            continue;
        }
        walk.add(path).map_err(|source| FilesError::Unreadable {
            path: path.display().to_string(),
            source,
        })?;
    }
    let mut walked = walk.finish();
    let mut seen = std::collections::BTreeSet::new();
    walked.files.retain(|path| seen.insert(path.clone()));
    if piped {
        let content = read(input);
        found.file("-", content, Asked::Named, options);
    }
    for (path, why) in &walked.unread {
        found.sightings.push(about(path, SightingKind::Unreadable, why));
    }
    for (path, glob) in &walked.excluded {
        found
            .sightings
            .push(about(path, SightingKind::Excluded, &format!("--exclude {glob}")));
    }
    let most = limits::FILES.min(walked.files.len());
    for path in &walked.files[..most] {
        let content = open(path).and_then(|mut file| read(&mut file));
        let asked = match options.paths.contains(path) {
            true => Asked::Named,
            false => Asked::Found,
        };
        found.file(&path.display().to_string(), content, asked, options);
    }
    if let Some(path) = walked.files.get(most) {
        let why = format!("expected at most {} files, found {}", limits::FILES, walked.files.len());
        found.sightings.push(about(path, SightingKind::Unreadable, &why));
    }
    Ok(found)
}

impl Found {
    fn file(&mut self, name: &str, content: Result<String, String>, asked: Asked, options: &FileOptions) {
        self.files.push(name.to_owned());
        let mut finds = Finds::new(name);
        match content {
            Ok(text) => kind::find(name, &text, asked, &options.image_paths, &mut finds),
            Err(why) => finds.sighting(tree::At::default(), SightingKind::Unreadable, &why, ""),
        }
        for (reference, mention) in finds.images {
            match excluded(options, &mention.text) {
                Some(hint) => self.sightings.push(Sighting {
                    place: mention.place,
                    kind: SightingKind::Excluded,
                    text: mention.text,
                    hint,
                }),
                None => self.images.push((reference, mention)),
            }
        }
        self.sightings.extend(
            finds
                .sightings
                .into_iter()
                .map(|sighting| match excluded(options, &sighting.text) {
                    Some(hint) => Sighting {
                        kind: SightingKind::Excluded,
                        hint,
                        ..sighting
                    },
                    None => sighting,
                }),
        );
        self.bound();
    }

    /// Where there is more than anybody reads, the rest is one sighting.
    fn bound(&mut self) {
        let most = limits::FOUND_IN_FILES;
        if self.sightings.len() > most {
            self.sightings.truncate(most);
            let why = format!("expected at most {most} places that cannot be judged, found more");
            self.sightings[most - 1] = about(Path::new(""), SightingKind::Unreadable, &why);
        }
        if self.images.len() > most {
            self.images.truncate(most);
            let why = format!("expected at most {most} places that name images, found more");
            self.sightings
                .insert(0, about(Path::new(""), SightingKind::Unreadable, &why));
        }
    }
}

fn excluded(options: &FileOptions, text: &str) -> Option<String> {
    let glob = options.exclude_images.iter().find(|glob| glob::matches(glob, text))?;
    Some(format!("--exclude-image {glob}"))
}

fn about(path: &Path, kind: SightingKind, text: &str) -> Sighting {
    Sighting {
        place: Place {
            file: path.display().to_string(),
            ..Place::default()
        },
        kind,
        text: text.to_owned(),
        hint: String::new(),
    }
}

/// Looked at before it is opened: a FIFO would wait for a writer.
fn open(path: &Path) -> Result<File, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    match metadata.is_file() {
        true => File::open(path).map_err(|error| error.to_string()),
        false => Err("expected a file, found something else".to_owned()),
    }
}

fn read(input: &mut dyn Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    let limit = limits::FILE_BYTES;
    input
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > limit {
        return Err(format!("expected at most {limit} bytes, found more"));
    }
    String::from_utf8(bytes).map_err(|_| "expected UTF-8, found something else".to_owned())
}

#[cfg(test)]
mod tests;
