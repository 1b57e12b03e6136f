//! What files name, for people: the places of an image, and what in them could not be judged.

use std::io::{self, Write};

use super::COLUMN;
use crate::emit::screen::{Paint, Screen};
use crate::run::{Image, Run, Sighting, SightingKind};
use crate::say;
use crate::untrusted::Safe;

/// Places of one image; the rest is counted.
const PLACES: usize = 5;

/// `named in    deploy/api.yaml:12:16, compose.yaml:4:12 and 3 more`.
pub fn draw_mentions<W: Write>(image: &Image, screen: &mut Screen<W>) -> io::Result<()> {
    if image.mentions.is_empty() {
        return Ok(());
    }
    let places = image.mentions.iter().take(PLACES);
    let mut text = Safe::join(places.map(|mention| mention.place.to_string()), ", ");
    match image.mentions.len().saturating_sub(PLACES) {
        0 => {}
        more => text.push(&say![" and ", more, " more"]),
    }
    screen.entry(2, &(say!["named in"], Paint::Faint), COLUMN, &(text, Paint::Plain))
}

/// `quiet` leaves out what nobody need know.
pub fn draw_sightings<W: Write>(run: &Run, quiet: bool, screen: &mut Screen<W>) -> io::Result<()> {
    let shown = |sighting: &&Sighting| !quiet || sighting.kind != SightingKind::Excluded;
    let shown: Vec<_> = run.sightings.iter().filter(shown).collect();
    if shown.is_empty() {
        return Ok(());
    }
    screen.line(0, &[(say!["In files, not judged"], Paint::Strong)])?;
    shown
        .into_iter()
        .try_for_each(|sighting| draw_sighting(sighting, screen))?;
    screen.blank()
}

fn draw_sighting<W: Write>(sighting: &Sighting, screen: &mut Screen<W>) -> io::Result<()> {
    let paint = match sighting.kind.leaves_undecided() {
        true => Paint::Doubt,
        false => Paint::Faint,
    };
    let mut text = say![sighting.kind.meaning()];
    if !sighting.text.is_empty() {
        text.push(&say![": ", sighting.text]);
    }
    if !sighting.place.file.is_empty() {
        text.push(&say![" (", sighting.place.to_string(), ")"]);
    }
    let kind = say![sighting.kind.word()];
    screen.entry(2, &(kind, paint), COLUMN, &(text, Paint::Plain))?;
    match sighting.hint.is_empty() {
        true => Ok(()),
        false => {
            let hint = (say!["hint: ", sighting.hint], Paint::Faint);
            screen.entry(2, &(say![""], Paint::Plain), COLUMN, &hint)
        }
    }
}
