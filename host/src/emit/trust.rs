//! Trusted roots in words: what was refreshed, what there is, and what is in one.

use std::io::{self, Write};

use super::screen::{Paint, Screen, Style};
use super::words;
use crate::say;
use crate::source::in_words_and_hint;
use crate::trust::{Answer, Error, Outcome};
use crate::untrusted::Safe;
use crate::wit::trust::{Description, Member, Refreshed, Service, Source, TrustedRoot, Versions};

const NAME: usize = 18;
const LABEL: usize = 14;

/// What `update` and `list` have to say: some lines for each root.
pub fn overview(outcomes: &[Outcome], style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut screen = Screen::new(out, style);
    for outcome in outcomes {
        match &outcome.result {
            Ok(Answer::Refreshed { refreshed, host }) => update(outcome, refreshed, host, &mut screen)?,
            Ok(Answer::Shown(description)) => {
                let state = (say![source(description.root.source)], Paint::Plain);
                screen.line(0, &[name(&outcome.name), state])?;
                facts(description, &mut screen)?;
            }
            Ok(Answer::Kept) => {
                let words = say!["kept; verified from the `tuf` file of the policy that names it"];
                screen.line(0, &[name(&outcome.name), (words, Paint::Plain)])?;
            }
            // Told where people look for faults; here is only that there was one.
            Err(_) => screen.line(0, &[name(&outcome.name), (say!["not believed"], Paint::Bad)])?,
        }
    }
    Ok(())
}

fn update<W: Write>(outcome: &Outcome, refreshed: &Refreshed, host: &str, screen: &mut Screen<W>) -> io::Result<()> {
    let what = match refreshed.unchanged {
        true => "confirmed by ",
        false => "refreshed from ",
    };
    screen.line(0, &[name(&outcome.name), (say![what, host], Paint::Good)])?;
    facts(&refreshed.description, screen)
}

fn name(name: &str) -> (Safe, Paint) {
    let gap = " ".repeat(NAME.saturating_sub(name.chars().count()).max(1));
    (say![name, gap], Paint::Strong)
}

/// One root with its logs and authorities.
pub fn show(description: &Description, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut screen = Screen::new(out, style);
    let root = &description.root;
    screen.line(0, &[name(&root.name), (say![source(root.source)], Paint::Plain)])?;
    facts(description, &mut screen)?;
    for member in &description.members {
        draw(member, &mut screen)?;
    }
    Ok(())
}

fn facts<W: Write>(description: &Description, screen: &mut Screen<W>) -> io::Result<()> {
    let root = &description.root;
    fact("digest", say![root.digest], screen)?;
    if let Some(versions) = &root.versions {
        fact("metadata", of_versions(versions), screen)?;
    }
    fact("newest at", as_of(root), screen)?;
    if let Some(expires) = root.expires {
        fact("vouched until", say![words::time(expires)], screen)?;
    }
    for remark in &description.remarks {
        fact("note", say![remark], screen)?;
    }
    Ok(())
}

fn fact<W: Write>(label: &'static str, text: Safe, screen: &mut Screen<W>) -> io::Result<()> {
    screen.entry(2, &(say![label], Paint::Faint), LABEL, &(text, Paint::Plain))
}

fn draw<W: Write>(member: &Member, screen: &mut Screen<W>) -> io::Result<()> {
    screen.blank()?;
    let service = match member.service {
        Service::TransparencyLog => "transparency log",
        Service::CertificateAuthority => "certificate authority",
        Service::CertificateLog => "certificate log",
        Service::TimestampAuthority => "timestamp authority",
    };
    screen.line(
        0,
        &[(say![service, " "], Paint::Strong), (say![member.name], Paint::Plain)],
    )?;
    fact("id", say![member.id], screen)?;
    let window = match (member.from, member.until) {
        (Some(from), Some(until)) => say![words::time(from), " to ", words::time(until)],
        (Some(from), None) => say!["since ", words::time(from)],
        (None, Some(until)) => say!["until ", words::time(until)],
        (None, None) => say!["at any time"],
    };
    fact("valid", window, screen)
}

pub fn source(source: Source) -> &'static str {
    match source {
        Source::Embedded => "embedded",
        Source::Refreshed => "refreshed",
        Source::File => "file",
    }
}

/// `root 17, targets 13, snapshot 160, timestamp 352`
pub fn of_versions(versions: &Versions) -> Safe {
    let roles = [
        ("targets", versions.targets),
        ("snapshot", versions.snapshot),
        ("timestamp", versions.timestamp),
    ];
    let mut words = say!["root ", versions.root];
    for (role, version) in roles {
        if let Some(version) = version {
            words.push(&say![", ", role, " ", version]);
        }
    }
    words
}

fn as_of(root: &TrustedRoot) -> Safe {
    match (root.as_of, root.source) {
        (Some(time), _) => say![words::time(time)],
        (None, Source::File) => say!["not known: a file has no age"],
        (None, _) => say!["not known: the repository does not state how long its timestamp lives"],
    }
}

/// Why there is no answer, and what to do, for standard error.
pub fn faults(outcomes: &[Outcome], style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut screen = Screen::new(out, style);
    for outcome in outcomes {
        if let Err(error) = &outcome.result {
            fault(&outcome.name, error, &mut screen)?;
        }
    }
    Ok(())
}

fn fault<W: Write>(name: &str, error: &Error, screen: &mut Screen<W>) -> io::Result<()> {
    let (message, hint) = in_words_and_hint(error);
    let text = say!["trusted root `", name, "`: ", message];
    screen.entry(0, &(say!["error:"], Paint::Bad), 7, &(text, Paint::Plain))?;
    let Some(hint) = hint else {
        return Ok(());
    };
    screen.entry(0, &(say!["hint:"], Paint::Faint), 7, &(say![hint], Paint::Plain))
}
