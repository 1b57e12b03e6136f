//! Dockerfiles and Containerfiles: `FROM`, `COPY --from`, `ADD --from`, `RUN --mount=from=` and `# syntax=`. Stages are no
//! images, nor is `scratch`. <https://docs.docker.com/reference/dockerfile/>

use std::collections::{BTreeMap, BTreeSet};

use super::finds::Finds;
use super::tree::At;
use crate::run::SightingKind;

mod expand;
mod lines;
mod word;

use word::{Instruction, Word};

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
    for (at, why) in &read.doubts {
        let hint = "write it in a way that every builder reads alike";
        finds.sighting(*at, SightingKind::Unreadable, why, hint);
    }
}

/// Whether a text begins as these do.
pub fn is_one(text: &str) -> bool {
    let read = lines::read(text, At::START);
    let first = read.instructions.first();
    let words = first.map_or(0, |first| first.words.len());
    let starts = first.is_some_and(|first| match first.keyword.as_str() {
        "ARG" => true,
        "FROM" => words == 1 || words == 3 && first.words[1].text().eq_ignore_ascii_case("as"),
        _ => false,
    });
    starts || !read.syntaxes.is_empty()
}

/// What earlier instructions said.
#[derive(Default)]
struct Build {
    /// `ARG` before the first `FROM`; none: without a default
    arguments: BTreeMap<String, Option<String>>,
    stages: BTreeSet<String>,
    /// with those that have no name
    count: usize,
}

impl Build {
    fn instruction(&mut self, instruction: &Instruction, finds: &mut Finds) {
        match instruction.keyword.as_str() {
            "ARG" if self.count == 0 => self.argument(instruction),
            "FROM" => self.from(instruction, finds),
            "COPY" | "ADD" => self.copy(instruction, finds),
            "RUN" => self.run(instruction, finds),
            "ONBUILD" => {
                if let Some(kept) = &instruction.kept {
                    // stages and defaults are those of the build that it is kept for
                    Self::default().instruction(kept, finds);
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
            match expand::expand(name, &self.arguments) {
                Ok(name) => drop(self.arguments.insert(name, value)),
                // it may be any of them
                Err(_) => self.arguments.clear(),
            }
        }
    }

    /// `FROM [--platform=…] IMAGE [AS NAME]`
    fn from(&mut self, instruction: &Instruction, finds: &mut Finds) {
        let mut words = instruction.words.iter();
        let image = words.next();
        let named = words.next().filter(|word| word.text().eq_ignore_ascii_case("as"));
        let name = named
            .and_then(|_| words.next())
            .map(|word| word.text().to_ascii_lowercase());
        if let Some(image) = image {
            self.image(image.at(), &image.text(), finds);
        }
        self.count += 1;
        self.stages.extend(name);
    }

    /// `--from=IMAGE` may be a stage by name or number.
    fn copy(&self, instruction: &Instruction, finds: &mut Finds) {
        for word in &instruction.flags {
            if let Some(from) = word.after("--from=") {
                self.source(&from, finds);
            }
        }
    }

    /// `--mount=type=bind,from=IMAGE,target=…`
    fn run(&self, instruction: &Instruction, finds: &mut Finds) {
        for word in &instruction.flags {
            let Some(mount) = word.after("--mount=") else {
                continue;
            };
            for field in mount.fields() {
                if let Some(from) = field.after("from=") {
                    self.source(&from, finds);
                }
            }
        }
    }

    fn source(&self, from: &Word, finds: &mut Finds) {
        let text = from.text();
        let number = text.parse::<usize>().is_ok_and(|number| number < self.count);
        if text.contains('$') && finds.claim(from.at(), &text) {
            let hint = "no builder fills in variables here: write the image, or a stage whose `FROM` has the variable";
            finds.sighting(from.at(), SightingKind::Unresolved, &text, hint);
        } else if !number {
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
        self.stages.contains(&image.to_ascii_lowercase())
    }
}
