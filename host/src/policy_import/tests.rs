use super::tree::Tree;
use super::*;
use crate::component::{Component, Error};
use crate::policy_source;
use crate::wit::diagnostics;
use crate::wit::request::NamedFile;

mod documents;
mod hostile;
mod sources;

/// The reader of policies: the component.
struct Reader(Component);

impl Reader {
    fn new() -> Self {
        Self(Component::load().unwrap())
    }

    fn read(&self, text: &str) -> Verdict {
        let mut source = policy_source::none();
        source.document = NamedFile {
            name: "policy".to_owned(),
            content: text.as_bytes().to_vec(),
        };
        match self.0.requirements(&source, &[], 1_795_392_000) {
            Ok(requirements) => match requirements.missing_files.is_empty() {
                true => Ok(()),
                false => Err(vec!["no PEM".to_owned()]),
            },
            Err(Error::Refused(diagnostics::Error::Policy(found))) => {
                let errors = found.into_iter().filter(|one| one.level == diagnostics::Level::Error);
                Err(errors.map(|one| one.message).collect())
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    /// Imports, and demands that what came of it is a policy.
    fn import(&self, format: Format, inputs: &[Input]) -> Imported {
        let imported = import(format, inputs, &given(), &mut |text| self.read(text)).unwrap();
        if format != Format::Trivyignore {
            assert_eq!(self.read(&imported.text), Ok(()), "{}", imported.text);
        }
        imported
    }
}

fn given() -> Given {
    Given {
        rule: Some("vulnerabilities".to_owned()),
        image: Some("ghcr.io/acme/api".to_owned()),
        owner: Some("security@acme.example".to_owned()),
        reason: None,
        today: "2026-11-23".parse().unwrap(),
    }
}

fn input(name: &str, content: &str) -> Input {
    Input {
        name: name.to_owned(),
        content: content.as_bytes().to_vec(),
    }
}

/// Places and texts of what is missing.
fn missing(imported: &Imported) -> Vec<String> {
    let missing = imported.notes.iter().filter(|note| note.level == Level::Missing);
    missing.map(|note| format!("{}: {}", note.at, note.text)).collect()
}

/// A text of the output that stands under these keys; numbers count entries of lists.
fn at<'t>(tree: &'t Tree, path: &str) -> &'t Tree {
    path.split('/').fold(tree, |tree, key| match tree {
        Tree::Object(entries) => &entries.iter().find(|(name, _)| name == key).unwrap().1,
        Tree::List(items) => &items[key.parse::<usize>().unwrap()],
        other => panic!("{path}: {other:?}"),
    })
}

fn parsed(text: &str) -> Tree {
    read::yaml(text.as_bytes()).unwrap().remove(0)
}
