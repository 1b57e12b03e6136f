//! One file per format over the same [`Run`](crate::run::Run). Renderers are pure: no environment, no clock, no file.

#[cfg(test)]
pub(crate) mod expected;
pub mod extract;
mod fingerprint;
#[cfg(test)]
pub(crate) mod fixture;
pub mod github;
pub mod gitlab_codequality;
pub mod html;
pub mod json;
mod json_text;
pub mod list;
pub mod markdown;
mod notice;
pub mod policy_check;
pub mod policy_import;
pub mod proven;
pub mod sarif;
#[cfg(test)]
mod schema;
mod screen;
pub mod text;
mod words;

pub use screen::{Detail, Style};

use std::io::{self, Write};

use crate::run::Run;

/// A rendering of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    GitHub,
    GitLabCodeQuality,
    Sarif,
    Markdown,
    Html,
}

/// Their names on the command line.
pub const FORMATS: [&str; 7] = [
    "text",
    "json",
    "markdown",
    "html",
    "github",
    "sarif",
    "gitlab-codequality",
];

const SHOW_CONTENTS: [Format; 0] = [];

impl Format {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "json" => Self::Json,
            "github" => Self::GitHub,
            "gitlab-codequality" => Self::GitLabCodeQuality,
            "sarif" => Self::Sarif,
            "markdown" => Self::Markdown,
            "html" => Self::Html,
            _ => return None,
        })
    }

    /// Whether it shows what is inside an image, which costs more to find out.
    pub fn shows_contents(self) -> bool {
        SHOW_CONTENTS.contains(&self)
    }
}

pub fn emit(format: Format, run: &Run, style: Style, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Text => text::emit(run, style, out),
        Format::Json => json::emit(run, out),
        Format::GitHub => github::emit(run, style, out),
        Format::GitLabCodeQuality => gitlab_codequality::emit(run, out),
        Format::Sarif => sarif::emit(run, out),
        Format::Markdown => markdown::emit(run, out),
        Format::Html => html::emit(run, out),
    }
}

#[cfg(test)]
mod tests;
