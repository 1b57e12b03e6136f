//! `update-trust`: each attack of the TUF specification (1.5.2) that a mirror can make.

use portcullis_component::wit::trust::{FaultKind, Source};
use testbed::{Key, Tuf};

use super::repository::{DAY, NOW, ask, repository, tuf, update};

#[track_caller]
fn refused(result: Result<impl std::fmt::Debug, portcullis_component::wit::trust::Fault>, kind: FaultKind, file: &str) {
    let fault = result.unwrap_err();
    assert_eq!((fault.kind, fault.file.as_str()), (kind, file), "{}", fault.reason);
}

/// As it was made, and what came of it when one file was exchanged.
fn with_file(tuf: &Tuf, path: &str, bytes: Vec<u8>) -> Result<(), portcullis_component::wit::trust::Fault> {
    let mut files = tuf.files();
    assert!(files.insert(path.to_owned(), bytes).is_some(), "no {path}");
    ask(&repository(&tuf.initial(), None), &files, NOW).0.map(drop)
}

#[test]
fn a_repository_is_asked_for_what_the_component_names() {
    let tuf = tuf();
    let (answer, asked) = ask(&repository(&tuf.initial(), None), &tuf.files(), NOW);
    let target = tuf.target_path();
    assert_eq!(
        asked,
        [
            "2.root.json",
            "timestamp.json",
            "1.snapshot.json",
            "1.targets.json",
            target.as_str()
        ]
    );
    let answer = answer.unwrap();
    assert_eq!(answer.description.content, tuf.target);
    let root = &answer.description.root;
    assert_eq!(root.source, Source::Refreshed);
    assert_eq!((root.as_of, root.expires), (Some(NOW), Some(NOW + 7 * DAY)));
    assert!(!answer.unchanged && !answer.description.members.is_empty());
}

#[test]
fn the_chain_of_roots_is_followed() {
    let mut tuf = tuf();
    let initial = tuf.initial();
    tuf.rotate_root("second");
    tuf.rotate_root("third");
    let answer = update(&initial, None, &tuf, NOW).unwrap();
    assert_eq!(answer.description.root.versions.unwrap().root, 3);
}

#[test]
fn root_signed_by_strangers_fail() {
    let mut tuf = tuf();
    let initial = tuf.initial();
    tuf.rotate_root("second");
    let mut stranger = Tuf::new("{}", NOW);
    stranger.keys.insert("root", vec![Key::p256("x"), Key::p256("y")]);
    stranger.versions.insert("root", 2);
    let mut files = tuf.files();
    files.insert("2.root.json".to_owned(), stranger.initial());
    refused(
        ask(&repository(&initial, None), &files, NOW).0,
        FaultKind::Threshold,
        "2.root.json",
    );
}

#[test]
fn too_few_signatures_fail() {
    let mut tuf = tuf();
    let initial = tuf.initial();
    tuf.keys.insert("targets", vec![Key::ed25519("not of the role")]);
    refused(
        update(&initial, None, &tuf, NOW),
        FaultKind::Threshold,
        "1.targets.json",
    );
}

#[test]
fn two_signatures_of_one_key_fail() {
    let mut tuf = tuf();
    tuf.keys
        .insert("timestamp", vec![Key::ed25519("one"), Key::ed25519("two")]);
    tuf.threshold.insert("timestamp", 2);
    let bytes = tuf.files().remove("timestamp.json").unwrap();
    let mut document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    document["signatures"][1] = document["signatures"][0].clone();
    refused(
        with_file(&tuf, "timestamp.json", document.to_string().into_bytes()),
        FaultKind::Threshold,
        "timestamp.json",
    );
}

#[test]
fn expired_timestamp_fail() {
    let tuf = tuf();
    let late = NOW + 8 * DAY;
    refused(
        update(&tuf.initial(), None, &tuf, late),
        FaultKind::Expired,
        "timestamp.json",
    );
}

#[test]
fn expired_root_or_targets_fail() {
    for (role, file) in [
        ("root", "root.json"),
        ("snapshot", "1.snapshot.json"),
        ("targets", "1.targets.json"),
    ] {
        let mut tuf = tuf();
        tuf.expires.insert(role, NOW - 1);
        refused(update(&tuf.initial(), None, &tuf, NOW), FaultKind::Expired, file);
    }
}

#[test]
fn older_than_what_is_kept_fail() {
    let old = tuf();
    let initial = old.initial();
    let mut new = old.clone();
    new.publish(NOW + DAY);
    let kept = update(&initial, None, &new, NOW + DAY).unwrap().kept;
    refused(
        update(&initial, Some(&kept), &old, NOW + DAY),
        FaultKind::Rollback,
        "timestamp.json",
    );
    new.rotate_root("second");
    let kept = update(&initial, Some(&kept), &new, NOW + DAY).unwrap().kept;
    let mut withheld = new.files();
    withheld.remove("2.root.json");
    refused(
        ask(&repository(&initial, Some(&kept)), &withheld, NOW + DAY).0,
        FaultKind::Rollback,
        "root.json",
    );
}

#[test]
fn a_role_with_new_keys_may_begin_anew() {
    let mut tuf = tuf();
    let initial = tuf.initial();
    tuf.publish(NOW);
    let kept = update(&initial, None, &tuf, NOW).unwrap().kept;
    tuf.rotate_root("second");
    for role in ["timestamp", "snapshot"] {
        tuf.versions.insert(role, 1);
    }
    refused(
        update(&initial, Some(&kept), &tuf, NOW),
        FaultKind::Rollback,
        "timestamp.json",
    );
    for role in ["timestamp", "snapshot"] {
        tuf.keys.insert(role, vec![Key::ed25519("after the theft")]);
    }
    assert!(update(&initial, Some(&kept), &tuf, NOW).is_ok());
}

#[test]
fn files_of_two_states_fail() {
    let old = tuf();
    let mut new = old.clone();
    new.publish(NOW);
    let mut files = new.files();
    files.insert("2.snapshot.json".to_owned(), old.files()["1.snapshot.json"].clone());
    let mixed = ask(&repository(&old.initial(), None), &files, NOW).0;
    let fault = mixed.unwrap_err();
    assert!(matches!(fault.kind, FaultKind::Altered | FaultKind::Mixed), "{fault:?}");
    assert_eq!(fault.file, "2.snapshot.json");
    let mut files = new.files();
    files.insert("2.targets.json".to_owned(), old.files()["1.targets.json"].clone());
    refused(
        ask(&repository(&old.initial(), None), &files, NOW).0,
        FaultKind::Mixed,
        "2.targets.json",
    );
}

#[test]
fn target_of_other_bytes_fail() {
    let tuf = tuf();
    let path = tuf.target_path();
    let mut same_length = tuf.target.clone();
    same_length[10] ^= 1;
    refused(with_file(&tuf, &path, same_length), FaultKind::Altered, &path);
    let mut longer = tuf.target.clone();
    longer.push(b' ');
    refused(with_file(&tuf, &path, longer), FaultKind::TooLarge, &path);
    let shorter = tuf.target[..tuf.target.len() - 1].to_vec();
    refused(with_file(&tuf, &path, shorter), FaultKind::Altered, &path);
}

#[test]
fn target_of_another_name_fail() {
    let mut tuf = tuf();
    tuf.target_name = "signing_config.json";
    refused(
        update(&tuf.initial(), None, &tuf, NOW),
        FaultKind::Malformed,
        "targets.json",
    );
}

#[test]
fn target_that_is_no_trusted_root_fail() {
    let mut tuf = tuf();
    tuf.target = b"{}".to_vec();
    refused(
        update(&tuf.initial(), None, &tuf, NOW),
        FaultKind::UnusableRoot,
        "trusted_root.json",
    );
}

#[test]
fn oversized_metadata_fail() {
    let tuf = tuf();
    for path in ["timestamp.json", "1.snapshot.json", "1.targets.json"] {
        refused(with_file(&tuf, path, vec![b' '; 3_000_000]), FaultKind::TooLarge, path);
    }
}

#[test]
fn endless_chain_of_roots_fail() {
    let mut tuf = tuf();
    let initial = tuf.initial();
    for number in 0..40 {
        tuf.rotate_root(&number.to_string());
    }
    let (answer, asked) = ask(&repository(&initial, None), &tuf.files(), NOW);
    refused(answer, FaultKind::TooManyRoots, "root.json");
    assert!(asked.len() <= 32, "{}", asked.len());
}

#[test]
fn missing_metadata_fail() {
    let tuf = tuf();
    for path in [
        "timestamp.json",
        "1.snapshot.json",
        "1.targets.json",
        &tuf.target_path(),
    ] {
        let mut files = tuf.files();
        files.remove(path);
        refused(
            ask(&repository(&tuf.initial(), None), &files, NOW).0,
            FaultKind::Missing,
            path,
        );
    }
}

#[test]
fn garbage_is_refused_and_never_a_panic() {
    let tuf = tuf();
    for garbage in [
        &b""[..],
        b"null",
        b"[[[[",
        b"{\"signed\":{},\"signatures\":{}}",
        &[0xff; 40],
    ] {
        for path in tuf.files().keys().filter(|path| *path != "1.root.json") {
            assert!(with_file(&tuf, path, garbage.to_vec()).is_err(), "{path}");
        }
        refused(
            ask(&repository(garbage, None), &tuf.files(), NOW).0,
            FaultKind::Malformed,
            "root.json",
        );
    }
}

#[test]
fn a_name_that_nobody_knows_needs_a_root_error() {
    let mut unknown = repository(b"", None);
    unknown.root = None;
    let fault = ask(&unknown, &Default::default(), NOW).0.unwrap_err();
    assert_eq!(fault.kind, FaultKind::UnknownRepository);
    assert!(fault.hint.unwrap().contains("--root FILE"));
    let mut known = repository(b"{}", None);
    known.name = "sigstore".to_owned();
    let fault = ask(&known, &Default::default(), NOW).0.unwrap_err();
    assert_eq!(fault.kind, FaultKind::UnknownRepository);
}

/// The embedded root metadata begins the walk of a well-known one: another repository's files do not continue it.
#[test]
fn a_stranger_in_the_place_of_sigstore_fail() {
    let mut known = repository(b"", None);
    known.name = "sigstore".to_owned();
    known.root = None;
    let mut files = tuf().files();
    let (answer, asked) = ask(&known, &files, NOW);
    assert_eq!(asked[0], "17.root.json");
    refused(answer, FaultKind::Threshold, "timestamp.json");
    files.insert("17.root.json".to_owned(), tuf().initial());
    assert!(ask(&known, &files, NOW).0.is_err());
}
