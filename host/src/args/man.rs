//! docs/man/: a page for each command, made from the definition of the command line. They come with releases; the binary
//! has `--help`.

use std::path::Path;

use clap::Command;

use super::definition;

/// Names and texts of the pages of a command and everything below it.
fn pages(command: &Command, name: &str, pages: &mut Vec<(String, String)>) {
    // the builder takes names that stay, and a test may leak some
    let stays: &'static str = name.to_owned().leak();
    let page = command.clone().name(stays).version(env!("CARGO_PKG_VERSION"));
    let page = page.long_version(None).disable_help_subcommand(true);
    let mut text = Vec::new();
    clap_mangen::Man::new(page).date("").render(&mut text).unwrap();
    pages.push((format!("{name}.1"), String::from_utf8(text).unwrap()));
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        self::pages(below, &format!("{name}-{}", below.get_name()), pages);
    }
}

#[test]
fn man_pages_are_those_of_the_command_line() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/man");
    let mut found = Vec::new();
    pages(&definition::command(), "portcullis", &mut found);
    for (name, text) in &found {
        let path = folder.join(name);
        if std::env::var_os("PORTCULLIS_REGENERATE").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, text).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            &expected,
            text,
            "{}: PORTCULLIS_REGENERATE=1 writes it anew",
            path.display()
        );
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), found.len());
}
