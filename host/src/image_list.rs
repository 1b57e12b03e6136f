//! Which images: references of the command line and of a list file.

use std::io::Read;
use std::path::Path;

use crate::args::Images;
use crate::inquiry::usage;
use crate::limits;
use crate::reference::Reference;
use crate::run::{Fault, Mention, Place};

#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error("cannot read the list of images `{path}`")]
    Unreadable { path: String, source: std::io::Error },
    #[error("the list of images `{path}`: expected at most {limit} bytes, found more")]
    TooLarge { path: String, limit: u64 },
    #[error("the list of images `{path}` is not UTF-8")]
    NotText { path: String },
}

/// A reference, and where the list has it; none for an argument.
pub type Listed = (Reference, Option<Mention>);

/// References in the order in which they were named; or every one that is none.
pub fn references(images: &Images, input: &mut dyn Read) -> Result<Vec<Listed>, Vec<Fault>> {
    let mut written: Vec<(String, Option<Place>)> = images.references.iter().map(|one| (one.clone(), None)).collect();
    if let Some(path) = &images.file {
        let list = read(path, input).map_err(|error| vec![usage(&error)])?;
        let file = path.display().to_string();
        written.extend(listed(&list).map(|(line, column, reference)| {
            let place = place(&file, line, column, reference);
            (reference.to_owned(), Some(place))
        }));
    }
    let mut references: Vec<Listed> = Vec::new();
    let mut faults = Vec::new();
    for (text, place) in written {
        match text.parse::<Reference>() {
            Ok(one) => references.push((one, place.map(|place| Mention { place, text }))),
            Err(error) => faults.push(placed(usage(&error), place)),
        }
    }
    if faults.is_empty() { Ok(references) } else { Err(faults) }
}

fn place(file: &str, line: usize, column: usize, reference: &str) -> Place {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place {
        file: file.to_owned(),
        line: number(line),
        column: number(column),
        end_column: number(column + reference.chars().count()),
    }
}

/// One reference a line; `#` begins a comment where a line or a blank precedes it.
fn listed(list: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    let references = list.lines().enumerate().map(|(position, line)| {
        let blanks = line.chars().take_while(|character| character.is_whitespace()).count();
        let reference = line.split(" #").next().unwrap_or_default().trim();
        (position + 1, blanks + 1, reference)
    });
    references.filter(|(_, _, reference)| !reference.is_empty() && !reference.starts_with('#'))
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

fn placed(fault: Fault, place: Option<Place>) -> Fault {
    match (fault, place) {
        (Fault::Usage { message, hint }, Some(place)) => Fault::Usage {
            message: format!("{}:{}: {message}", place.file, place.line),
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
            ..Images::default()
        };
        let found = references(&images, &mut list.as_bytes())?;
        let place = |mention: &Option<Mention>| mention.as_ref().map_or(String::new(), |one| one.place.to_string());
        Ok(found
            .iter()
            .map(|(one, mention)| format!("{} {}", one.written(), place(mention)))
            .collect())
    }

    #[test]
    fn comments_and_blanks_are_left_out() {
        let list = "# all\n\nghcr.io/acme/b:1 # newest\n  ghcr.io/acme/a:1\r\n";
        let expected = ["ghcr.io/acme/a:1 ", "ghcr.io/acme/b:1 -:3:1", "ghcr.io/acme/a:1 -:4:3"];
        assert_eq!(read_list(list).unwrap(), expected);
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
