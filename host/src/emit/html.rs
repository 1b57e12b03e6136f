//! One page that stands alone: it asks nobody for anything, runs no script but its own, and is readable without it.
//! <https://html.spec.whatwg.org/multipage/>

use std::io::{self, Write};

use crate::run::Run;

mod counts;
mod demands;
mod evidence;
mod filters;
mod finding;
mod findings;
mod image;
mod inside;
mod markup;
mod notes;
mod overview;
mod page;
mod piece;
mod plots;
mod proof;
mod timeline;

pub fn emit(run: &Run, out: &mut impl Write) -> io::Result<()> {
    out.write_all(page::document(run).as_str().as_bytes())
}

#[cfg(test)]
mod tests;
