//! One file per format over the same [`Run`](crate::run::Run). Renderers are pure: no environment, no clock, no file.

mod azure;
mod buildkite;
mod csv;
mod cyclonedx;
#[cfg(test)]
pub(crate) mod expected;
pub mod extract;
mod fingerprint;
#[cfg(test)]
pub(crate) mod fixture;
pub mod github;
mod gitlab;
mod gitlab_annotations;
mod gitlab_codequality;
mod gitlab_container_scanning;
mod gitlab_dotenv;
pub mod html;
mod inside;
pub mod json;
mod json_text;
mod junit;
pub mod list;
pub mod markdown;
mod notice;
pub mod policy_check;
pub mod policy_import;
pub mod proven;
pub(crate) mod rule;
mod sarif;
#[cfg(test)]
mod schema;
mod screen;
mod teamcity;
pub mod text;
pub mod trust;
mod uuid;
mod words;

pub use screen::{Detail, Style};

use std::io::{self, Write};

use crate::run::Run;

/// A rendering of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    Markdown,
    Html,
    Csv,
    JUnit,
    GitHub,
    Sarif,
    GitLab,
    GitLabCodeQuality,
    GitLabDotenv,
    GitLabAnnotations,
    GitLabContainerScanning,
    CycloneDx,
    Azure,
    TeamCity,
    Buildkite,
}

/// Their names on the command line.
pub const FORMATS: [&str; 17] = [
    "text",
    "json",
    "markdown",
    "html",
    "csv",
    "junit",
    "github",
    "sarif",
    "gitlab",
    "gitlab-codequality",
    "gitlab-dotenv",
    "gitlab-annotations",
    "gitlab-container-scanning",
    "cyclonedx",
    "azure",
    "teamcity",
    "buildkite",
];

const SHOW_CONTENTS: [Format; 3] = [Format::Html, Format::GitLabContainerScanning, Format::CycloneDx];

impl Format {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "json" => Self::Json,
            "markdown" => Self::Markdown,
            "html" => Self::Html,
            "csv" => Self::Csv,
            "junit" => Self::JUnit,
            "github" => Self::GitHub,
            "sarif" => Self::Sarif,
            "gitlab" => Self::GitLab,
            "gitlab-codequality" => Self::GitLabCodeQuality,
            "gitlab-dotenv" => Self::GitLabDotenv,
            "gitlab-annotations" => Self::GitLabAnnotations,
            "gitlab-container-scanning" => Self::GitLabContainerScanning,
            "cyclonedx" => Self::CycloneDx,
            "azure" => Self::Azure,
            "teamcity" => Self::TeamCity,
            "buildkite" => Self::Buildkite,
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
        Format::Markdown => markdown::emit(run, out),
        Format::Html => html::emit(run, out),
        Format::Csv => csv::emit(run, out),
        Format::JUnit => junit::emit(run, out),
        Format::GitHub => github::emit(run, style, out),
        Format::Sarif => sarif::emit(run, out),
        Format::GitLab => gitlab::emit(run, style, out),
        Format::GitLabCodeQuality => gitlab_codequality::emit(run, out),
        Format::GitLabDotenv => gitlab_dotenv::emit(run, out),
        Format::GitLabAnnotations => gitlab_annotations::emit(run, out),
        Format::GitLabContainerScanning => gitlab_container_scanning::emit(run, out),
        Format::CycloneDx => cyclonedx::emit(run, out),
        Format::Azure => azure::emit(run, style, out),
        Format::TeamCity => teamcity::emit(run, style, out),
        Format::Buildkite => buildkite::emit(run, style, out),
    }
}

#[cfg(test)]
mod tests;
