use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::*;
use crate::scratch::Scratch;

const LIMIT: u64 = 4_000;

fn cache(scratch: &Scratch) -> Cache {
    Cache::new(&scratch.path.join("cache"), LIMIT)
}

fn put(cache: &Cache, content: &[u8]) -> Digest {
    let digest = Digest::of(content);
    cache.write(digest, content);
    digest
}

#[test]
fn what_was_written_is_read() {
    let scratch = Scratch::with(&[]);
    let digest = put(&cache(&scratch), b"manifest");
    let other = cache(&scratch);
    assert_eq!(other.read(digest, 8).as_deref(), Some(b"manifest".as_slice()));
    assert_eq!(other.read(digest, 7), None, "larger than what is asked for");
    assert_eq!(other.read(Digest::of(b"other"), 8), None);
}

#[test]
fn other_bytes_are_dropped_fail() {
    let scratch = Scratch::with(&[]);
    let cache = cache(&scratch);
    let digest = put(&cache, b"manifest");
    for wrong in [b"manifesT".as_slice(), b"", b"manifest and more"] {
        std::fs::write(cache.path(digest), wrong).unwrap();
        assert_eq!(cache.read(digest, 100), None);
        assert!(!cache.path(digest).exists(), "it is fetched and kept anew");
    }
    cache.write(digest, b"not its content");
    assert!(!cache.path(digest).exists());
}

#[test]
fn a_link_or_a_folder_in_its_place_is_not_followed_fail() {
    let scratch = Scratch::with(&[("secret", b"manifest")]);
    let cache = cache(&scratch);
    let digest = put(&cache, b"manifest");
    std::fs::remove_file(cache.path(digest)).unwrap();
    std::os::unix::fs::symlink(scratch.path.join("secret"), cache.path(digest)).unwrap();
    assert_eq!(cache.read(digest, 100), None);
    cache.write(digest, b"manifest");
    assert!(cache.read(digest, 100).is_some(), "the rename replaces the link");
    assert_eq!(std::fs::read(scratch.path.join("secret")).unwrap(), b"manifest");
    std::fs::remove_file(cache.path(digest)).unwrap();
    std::fs::create_dir(cache.path(digest)).unwrap();
    assert_eq!(cache.read(digest, 100), None);
    cache.write(digest, b"manifest");
}

#[test]
fn nobody_else_may_read_it() {
    let scratch = Scratch::with(&[]);
    let cache = cache(&scratch);
    let digest = put(&cache, b"manifest");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&cache.path(digest)), mode(&cache.blobs)), (0o600, 0o700));
}

#[test]
fn the_least_recently_used_go_first() {
    let scratch = Scratch::with(&[]);
    let cache = cache(&scratch);
    let content = |number: u8| vec![number; 900];
    let old = std::time::SystemTime::now() - Duration::from_secs(60);
    let digests: Vec<Digest> = (0..4).map(|number| put(&cache, &content(number))).collect();
    for (age, digest) in (0u64..).zip(&digests) {
        let file = File::options().write(true).open(cache.path(*digest)).unwrap();
        file.set_modified(old + Duration::from_secs(age)).unwrap();
    }
    assert!(cache.read(digests[0], 900).is_some(), "used again");
    put(&cache, &content(9));
    let left = |digest: &Digest| cache.path(*digest).exists();
    assert_eq!(digests.iter().map(left).collect::<Vec<_>>(), [true, false, true, true]);
    put(&cache, &vec![1; 2_000]);
    assert!(
        !cache.path(Digest::of(&vec![1; 2_000])).exists(),
        "one alone must not push out all others"
    );
}

#[test]
fn several_at_once_see_whole_files() {
    let scratch = Scratch::with(&[]);
    let contents: Vec<Vec<u8>> = (0..4).map(|number| vec![number; 500]).collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let cache = cache(&scratch);
                for content in contents.iter().cycle().take(200) {
                    let digest = put(&cache, content);
                    if let Some(found) = cache.read(digest, 500) {
                        assert_eq!(&found, content);
                    }
                }
            });
        }
    });
    let names = std::fs::read_dir(scratch.path.join("cache/blobs")).unwrap().flatten();
    let names: Vec<_> = names.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert_eq!(names.len(), 4, "nothing half-written is left: {names:?}");
}

/// A folder that cannot be written to is no reason to fail.
#[test]
fn without_a_folder_it_keeps_nothing() {
    let scratch = Scratch::with(&[("file", b"")]);
    let cache = Cache::new(&scratch.path.join("file"), LIMIT);
    assert_eq!(cache.read(put(&cache, b"manifest"), 100), None);
}
