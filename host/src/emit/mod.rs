//! One file per format over the same [`Run`](crate::run::Run). Renderers are pure: no environment, no clock, no file.

#[cfg(test)]
pub(crate) mod expected;
#[cfg(test)]
pub(crate) mod fixture;
pub mod github;
pub mod gitlab_codequality;
pub mod json;
mod json_text;
pub mod list;
mod notice;
#[cfg(test)]
mod schema;
mod screen;
pub mod text;
mod words;

pub use screen::{Detail, Style};
