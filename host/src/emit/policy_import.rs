//! What an import has to say, for standard error: what is missing, what means something else, what the policy will warn of.

use std::io::{self, Write};

use super::screen::{Paint, Screen, Style};
use super::words;
use crate::policy_command::Import;
use crate::policy_import::notes::Level;
use crate::say;

/// Column of the words beside a label.
const COLUMN: usize = 14;

pub fn emit(import: &Import, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut screen = Screen::new(out, style);
    let (mut missing, mut changed) = (0, 0);
    for note in &import.imported.notes {
        let label = match note.level {
            Level::Missing => {
                missing += 1;
                (say!["not imported:"], Paint::Bad)
            }
            Level::Changed => {
                changed += 1;
                (say!["warning:"], Paint::Doubt)
            }
        };
        screen.entry(0, &label, COLUMN, &(say![note.at, ": ", note.text], Paint::Plain))?;
    }
    for warning in &import.warnings {
        let text = say!["the policy will warn: line ", warning.line, ": ", warning.message];
        screen.entry(0, &(say!["warning:"], Paint::Doubt), COLUMN, &(text, Paint::Plain))?;
    }
    let counts = [
        say![words::count(missing, "thing"), " not imported"],
        words::count(changed + import.warnings.len(), "warning"),
    ];
    let paint = if missing == 0 { Paint::Good } else { Paint::Doubt };
    screen.line(0, &[(say![counts[0], ", ", counts[1]], paint)])
}
