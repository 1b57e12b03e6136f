//! One file per format over the same [`Run`](crate::run::Run). Renderers are pure: no environment, no clock, no file.

#[cfg(test)]
mod expected;
#[cfg(test)]
pub(crate) mod fixture;
pub mod json;
mod json_text;
#[cfg(test)]
mod schema;
mod screen;
mod words;

pub use screen::{Detail, Style};
