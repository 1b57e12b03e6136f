//! Expected outputs as files beside the tests. `PORTCULLIS_REGENERATE=1 cargo test` writes them anew.

use std::path::Path;

/// Compares with the file at `path`, relative to the host crate.
pub fn assert_expected(path: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("PORTCULLIS_REGENERATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let line = expected
        .lines()
        .zip(found.lines())
        .position(|(expected, found)| expected != found);
    assert!(
        expected == found,
        "{} differs from line {:?}; PORTCULLIS_REGENERATE=1 writes it anew\n{found}",
        path.display(),
        line.map(|line| line + 1)
    );
}
