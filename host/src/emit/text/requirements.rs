//! What will be enforced, before anything is known about the images. Images with the same rules share an entry.

use std::io::{self, Write};

use super::COLUMN;
use crate::emit::screen::{Paint, Screen};
use crate::emit::words;
use crate::run::{Image, Run};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::Mode;
use crate::wit::requirements::EnforcedRule;

/// Names listed per entry; the rest is counted.
const NAMES: usize = 6;

pub fn draw<W: Write>(run: &Run, screen: &mut Screen<W>) -> io::Result<()> {
    if run.images.is_empty() {
        return Ok(());
    }
    let heading = match run.mode {
        Mode::Enforce => say![run.policy.file, " will be enforced"],
        Mode::Inform => say![run.policy.file, " informs; denials do not stop the job"],
    };
    screen.line(0, &[(heading, Paint::Strong)])?;
    for (rules, names) in groups(&run.images) {
        if rules.is_empty() {
            screen.entry(
                2,
                &(say!["(no rule)"], Paint::Doubt),
                COLUMN,
                &(say!["no entry of `images` matches"], Paint::Plain),
            )?;
        }
        rules.iter().try_for_each(|rule| draw_rule(rule, screen))?;
        screen.entry(2, &(say!["on"], Paint::Faint), COLUMN, &(listed(&names), Paint::Faint))?;
    }
    screen.blank()
}

fn draw_rule<W: Write>(rule: &EnforcedRule, screen: &mut Screen<W>) -> io::Result<()> {
    let mode = match rule.mode {
        Mode::Enforce => say![words::severity(rule.severity)],
        Mode::Inform => say!["informs only"],
    };
    let mode = match &rule.enforce_from {
        Some(day) if rule.mode == Mode::Enforce => say![mode, ", enforced from ", day],
        _ => mode,
    };
    let mut text = say![rule.demand, " (", mode, ", line ", rule.line];
    if rule.platforms != ["index"] {
        text.push(&say!["; platforms: ", Safe::join(&rule.platforms, ", ")]);
    }
    text.push(")");
    screen.entry(2, &(say![rule.rule], Paint::Plain), COLUMN, &(text, Paint::Plain))
}

/// Rules, and the names of the images that they are demanded of.
pub(in crate::emit) fn groups(images: &[Image]) -> Vec<(&[EnforcedRule], Vec<&str>)> {
    let mut groups: Vec<(&[EnforcedRule], Vec<&str>)> = Vec::new();
    for image in images {
        let (rules, name) = (image.requirements.rules.as_slice(), image.requirements.name.as_str());
        match groups.iter_mut().find(|(known, _)| *known == rules) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => groups.push((rules, vec![name])),
        }
    }
    groups
}

fn listed(names: &[&str]) -> Safe {
    let mut listed = Safe::join(names.iter().take(NAMES), ", ");
    if names.len() > NAMES {
        listed.push(&say![" and ", names.len() - NAMES, " more"]);
    }
    listed
}
