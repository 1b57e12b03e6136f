//! What a step leaves for later ones, in the file that `GITHUB_OUTPUT` names. A value that could end its line cannot be
//! written: the verdict is one of three words, the rest is printable ASCII.

use std::io;

use crate::emit::{json_text, words};
use crate::run::Run;

/// For the file, before the work begins: a process that dies leaves this answer.
pub const UNDECIDED: &str = "verdict=undecided\nimages=[]\n";

/// A path that fits into one line of the outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputPath<'a>(&'a str);

impl<'a> OutputPath<'a> {
    /// None for anything but printable ASCII.
    pub fn new(path: &'a str) -> Option<Self> {
        let printable = path.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        (printable && !path.is_empty()).then_some(Self(path))
    }
}

/// `verdict`, `images` (pinned references of the images that may pass, as JSON) and `report` (where its file is).
pub fn outputs(run: &Run, report: Option<OutputPath>) -> io::Result<String> {
    let verdict = words::verdict(run.verdict());
    let images = json_text::line(&run.pinned())?;
    let report = report.map_or_else(String::new, |path| format!("report={}\n", path.0));
    Ok(format!("verdict={verdict}\nimages={images}\n{report}"))
}
