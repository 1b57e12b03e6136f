//! Which images: references of the command line and of a list file.

use std::io::Read;
use std::path::Path;

use crate::args::Images;
use crate::inquiry::usage;
use crate::limits;
use crate::reference::Reference;
use crate::run::Fault;

#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error("cannot read the list of images `{path}`")]
    Unreadable { path: String, source: std::io::Error },
    #[error("the list of images `{path}`: expected at most {limit} bytes, found more")]
    TooLarge { path: String, limit: u64 },
    #[error("the list of images `{path}` is not UTF-8")]
    NotText { path: String },
}

/// Every reference once, in the order in which they were named; or every one that is none.
pub fn references(images: &Images, input: &mut dyn Read) -> Result<Vec<Reference>, Vec<Fault>> {
    let mut written: Vec<(String, Option<String>)> = images.references.iter().map(|one| (one.clone(), None)).collect();
    if let Some(path) = &images.file {
        let list = read(path, input).map_err(|error| vec![usage(&error)])?;
        let place = |line: usize| Some(format!("{}:{line}", path.display()));
        written.extend(listed(&list).map(|(line, reference)| (reference.to_owned(), place(line))));
    }
    let mut references: Vec<Reference> = Vec::new();
    let mut faults = Vec::new();
    for (text, place) in written {
        match text.parse::<Reference>() {
            Ok(one) if references.iter().any(|other| other.written() == one.written()) => {}
            Ok(one) => references.push(one),
            Err(error) => faults.push(placed(usage(&error), place)),
        }
    }
    if faults.is_empty() { Ok(references) } else { Err(faults) }
}

/// One reference a line; `#` begins a comment where a line or a blank precedes it.
fn listed(list: &str) -> impl Iterator<Item = (usize, &str)> {
    list.lines()
        .enumerate()
        .map(|(position, line)| (position + 1, line.split(" #").next().unwrap_or_default().trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn read(path: &Path, input: &mut dyn Read) -> Result<String, ListError> {
    let name = path.display().to_string();
    let unreadable = |source| ListError::Unreadable {
        path: name.clone(),
        source,
    };
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        input.take(limits::IMAGE_LIST_BYTES + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limits::IMAGE_LIST_BYTES + 1).read_to_end(&mut bytes))
    };
    read.map_err(unreadable)?;
    if bytes.len() as u64 > limits::IMAGE_LIST_BYTES {
        return Err(ListError::TooLarge {
            path: name,
            limit: limits::IMAGE_LIST_BYTES,
        });
    }
    String::from_utf8(bytes).map_err(|_| ListError::NotText { path: name })
}

fn placed(fault: Fault, place: Option<String>) -> Fault {
    match (fault, place) {
        (Fault::Usage { message, hint }, Some(place)) => Fault::Usage {
            message: format!("{place}: {message}"),
            hint,
        },
        (fault, _) => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn read_list(list: &str) -> Result<Vec<String>, Vec<Fault>> {
        let images = Images {
            references: vec!["ghcr.io/acme/a:1".to_owned()],
            file: Some(PathBuf::from("-")),
        };
        let found = references(&images, &mut list.as_bytes())?;
        Ok(found.iter().map(|one| one.written().to_owned()).collect())
    }

    #[test]
    fn comments_blanks_and_repetitions_are_left_out() {
        let list = "# all\n\nghcr.io/acme/b:1 # newest\n  ghcr.io/acme/a:1\r\n";
        assert_eq!(read_list(list).unwrap(), ["ghcr.io/acme/a:1", "ghcr.io/acme/b:1"]);
    }

    #[test]
    fn every_wrong_line_is_told_with_its_place() {
        let faults = read_list("ghcr.io/acme/B:1\nok.example/a\nhttps://x.example/a\n").unwrap_err();
        assert_eq!(faults.len(), 2);
        assert!(
            matches!(&faults[0], Fault::Usage { message, .. } if message.starts_with("-:1: ")),
            "{faults:?}"
        );
    }
}
