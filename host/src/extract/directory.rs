//! A directory of evidence: a file for each piece, and `index.json`, written last, which says what each of them is.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::name::{extension, stem};
use super::{Extracted, INDEX, named, record};
use crate::emit::extract::index;

/// Files of the same names are replaced; others stay.
pub fn write(extracted: &mut Extracted, path: &Path) -> io::Result<()> {
    fs::create_dir_all(path).map_err(|error| named(path, &error))?;
    let mut taken = BTreeSet::from([INDEX.to_owned()]);
    let mut written = Vec::new();
    for (number, item) in extracted.extraction.items.iter().enumerate() {
        let stem = free(&stem(item), &mut taken);
        for file in &item.files {
            let name = format!("{stem}.{}", extension(file));
            put(path, &name, &file.bytes)?;
            written.push(record(number, file, Some(path.join(name))));
        }
    }
    extracted.written = written;
    let mut document = Vec::new();
    index::emit(extracted, &mut document)?;
    put(path, INDEX, &document)
}

/// Several signatures of one payload have one digest.
fn free(stem: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name = stem.to_owned();
    let mut number = 1;
    while !taken.insert(name.clone()) {
        number += 1;
        name = format!("{stem}-{number}");
    }
    name
}

/// Beside its place first: a reader sees all of it or the one before, and a link in its place is replaced, not followed.
fn put(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let path = folder.join(name);
    let beside = folder.join(format!(".{name}.{}.partial", std::process::id()));
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, &path));
    written.map_err(|error| {
        drop(fs::remove_file(&beside));
        named(&path, &error)
    })
}
