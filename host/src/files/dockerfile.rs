//! Dockerfiles and Containerfiles: `FROM`, `COPY --from`, `ADD --from`, `RUN --mount=from=` and `# syntax=`. Stages are no
//! images, nor is `scratch`. <https://docs.docker.com/reference/dockerfile/>

use std::collections::BTreeMap;

use super::finds::Finds;
use super::tree::At;
use crate::run::SightingKind;

mod expand;
mod lines;

use lines::{Instruction, Word};

/// `origin` is where the text begins.
pub fn find(text: &str, origin: At, finds: &mut Finds) {
    let read = lines::read(text, origin);
    for (at, syntax) in &read.syntaxes {
        finds.image(*at, syntax);
    }
    let mut build = Build::default();
    for instruction in &read.instructions {
        build.instruction(instruction, finds);
    }
    if let Some(at) = read.unterminated {
        let hint = "a here-document without its end: nobody knows where instructions go on";
        finds.sighting(at, SightingKind::Unreadable, "<<", hint);
    }
}

/// What earlier instructions said.
#[derive(Default)]
struct Build {
    /// `ARG` before the first `FROM`; none: without a default
    arguments: BTreeMap<String, Option<String>>,
    stages: Vec<Option<String>>,
}

impl Build {
    fn instruction(&mut self, instruction: &Instruction, finds: &mut Finds) {
        match instruction.keyword.as_str() {
            "ARG" if self.stages.is_empty() => self.argument(instruction),
            "FROM" => self.from(instruction, finds),
            "COPY" | "ADD" => self.copy(instruction, finds),
            "RUN" => self.run(instruction, finds),
            "ONBUILD" => {
                if let Some(inner) = instruction.inner() {
                    self.instruction(&inner, finds);
                }
            }
            _ => {}
        }
    }

    fn argument(&mut self, instruction: &Instruction) {
        for word in &instruction.words {
            let text = word.text();
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, expand::expand(value, &self.arguments).ok()),
                None => (text.as_str(), None),
            };
            self.arguments.insert(name.to_owned(), value);
        }
    }

    /// `FROM [--platform=…] IMAGE [AS NAME]`
    fn from(&mut self, instruction: &Instruction, finds: &mut Finds) {
        let mut words = instruction.words.iter().filter(|word| !word.text().starts_with("--"));
        let image = words.next();
        let named = words.next().filter(|word| word.text().eq_ignore_ascii_case("as"));
        let name = named
            .and_then(|_| words.next())
            .map(|word| word.text().to_ascii_lowercase());
        if let Some(image) = image {
            self.image(image.at(), &image.text(), finds);
        }
        self.stages.push(name);
    }

    /// `--from=IMAGE` may be a stage by name or number.
    fn copy(&self, instruction: &Instruction, finds: &mut Finds) {
        for word in instruction.flags() {
            if let Some(from) = word.after("--from=") {
                self.source(&from, finds);
            }
        }
    }

    /// `--mount=type=bind,from=IMAGE,target=…`
    fn run(&self, instruction: &Instruction, finds: &mut Finds) {
        for word in instruction.flags() {
            let Some(mount) = word.after("--mount=") else {
                continue;
            };
            for field in mount.split(',') {
                if let Some(from) = field.after("from=") {
                    self.source(&from, finds);
                }
            }
        }
    }

    fn source(&self, from: &Word, finds: &mut Finds) {
        let text = from.text();
        let number = text.parse::<usize>().is_ok_and(|number| number < self.stages.len());
        if !number {
            self.image(from.at(), &text, finds);
        }
    }

    fn image(&self, at: At, text: &str, finds: &mut Finds) {
        match expand::expand(text, &self.arguments) {
            Ok(image) if image == "scratch" || self.is_stage(&image) => {}
            Ok(image) => finds.image(at, &image),
            Err(variable) => {
                let hint = format!("give `ARG {variable}` a default before the first `FROM`, or write the image");
                if finds.claim(at, text) {
                    finds.sighting(at, SightingKind::Unresolved, text, &hint);
                }
            }
        }
    }

    fn is_stage(&self, image: &str) -> bool {
        let image = image.to_ascii_lowercase();
        self.stages.iter().any(|stage| stage.as_deref() == Some(&image))
    }
}
