//! How far the work has come: on standard error where that is a terminal, and nowhere else, because a log keeps every line.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::say;

/// Gone from the screen when it is dropped.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    pub fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    pub fn on_standard_error() -> Self {
        let style = ProgressStyle::with_template("{spinner} {pos} of {len} images, {elapsed}: {msg}");
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner())))
    }

    /// So many images will be looked at.
    pub fn begin(&self, images: usize) {
        self.0.set_length(images as u64);
        self.0.tick();
    }

    /// An image was looked at, whatever came of it.
    pub fn done(&self, reference: &str) {
        self.0.set_message(say![reference].to_string());
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
