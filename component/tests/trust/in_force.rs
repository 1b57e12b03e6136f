//! What is kept between runs is verified again at each: threats of a shared or restored cache.

use portcullis_component::trust;
use portcullis_component::wit::trust::{Description, Fault, FaultKind, Kept, Repository, Source};
use serde_json::{Value, json};
use testbed::Sigstore;

use super::repository::{DAY, NOW, repository, tuf, update};

fn show(initial: &[u8], kept: &[u8]) -> Result<Description, Fault> {
    trust::show(&repository(initial, Some(kept)))
}

fn well_known(kept: Option<&[u8]>) -> Result<Description, Fault> {
    trust::show(&Repository {
        name: "sigstore".to_owned(),
        root: None,
        kept: kept.map(|content| Kept {
            name: "sigstore".to_owned(),
            place: "cache/sigstore.json".to_owned(),
            content: content.to_vec(),
        }),
    })
}

/// Exchanges files of what is kept, by their path.
fn exchanged(kept: &[u8], change: impl Fn(&str, &str) -> String) -> Vec<u8> {
    let mut document: Value = serde_json::from_slice(kept).unwrap();
    for (path, text) in document["files"].as_object_mut().unwrap() {
        *text = change(path, text.as_str().unwrap()).into();
    }
    document.to_string().into_bytes()
}

#[test]
fn what_is_kept_is_in_force_also_when_it_has_expired() {
    let tuf = tuf();
    let kept = update(&tuf.initial(), None, &tuf, NOW).unwrap().kept;
    let found = show(&tuf.initial(), &kept).unwrap();
    assert_eq!(found.content, tuf.target);
    assert_eq!((found.root.source, found.root.as_of), (Source::Refreshed, Some(NOW)));
}

#[test]
fn trust_cache_replaced_fail() {
    let tuf = tuf();
    let kept = update(&tuf.initial(), None, &tuf, NOW).unwrap().kept;
    let evil = Sigstore::named("evil").trusted_root_json();
    let target = tuf.target_path();
    let replaced = exchanged(
        &kept,
        |path, text| {
            if path == target { evil.clone() } else { text.to_owned() }
        },
    );
    let fault = show(&tuf.initial(), &replaced).unwrap_err();
    assert!(
        matches!(fault.kind, FaultKind::Altered | FaultKind::TooLarge),
        "{fault:?}"
    );
}

#[test]
fn trust_cache_metadata_replaced_fail() {
    let tuf = tuf();
    let mut evil = testbed::Tuf::new(&Sigstore::named("evil").trusted_root_json(), NOW);
    for role in testbed::tuf::ROLES {
        evil.keys
            .insert(role, vec![testbed::Key::ed25519("evil"), testbed::Key::ed25519("twin")]);
    }
    let kept = update(&evil.initial(), None, &evil, NOW).unwrap().kept;
    assert!(show(&evil.initial(), &kept).is_ok());
    let fault = show(&tuf.initial(), &kept).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Threshold);
}

#[test]
fn every_flipped_letter_of_what_is_kept_fail() {
    let tuf = tuf();
    let kept = update(&tuf.initial(), None, &tuf, NOW).unwrap().kept;
    for file in [
        "timestamp.json",
        "1.snapshot.json",
        "1.targets.json",
        &tuf.target_path(),
    ] {
        for at in (0..200).step_by(7) {
            let changed = exchanged(&kept, |path, text| {
                let mut bytes = text.as_bytes().to_vec();
                if path == file {
                    let at = bytes.len() * at / 200;
                    bytes[at] = if bytes[at] == b'7' { b'8' } else { b'7' };
                }
                String::from_utf8_lossy(&bytes).into_owned()
            });
            if let Ok(found) = show(&tuf.initial(), &changed) {
                // White space, or the name of a key that need not have signed, is not covered; what is found is the same.
                assert_eq!(found.content, tuf.target, "{file} {at}");
            }
        }
    }
}

#[test]
fn what_is_no_kept_root_fail() {
    for content in [
        &b""[..],
        b"{}",
        b"[]",
        br#"{"format":"portcullis-tuf-1","files":{"a":1}}"#,
        br#"{"format":"other","files":{}}"#,
    ] {
        assert!(matches!(
            well_known(Some(content)).unwrap_err().kind,
            FaultKind::Malformed
        ));
    }
    let empty = json!({ "format": "portcullis-tuf-1", "files": {} }).to_string();
    assert_eq!(well_known(Some(empty.as_bytes())).unwrap_err().kind, FaultKind::Missing);
    let large = vec![b' '; 5 << 20];
    assert_eq!(well_known(Some(&large)).unwrap_err().kind, FaultKind::TooLarge);
}

#[test]
fn a_well_known_root_of_strangers_fail() {
    let tuf = tuf();
    let kept = update(&tuf.initial(), None, &tuf, NOW).unwrap().kept;
    // Its root is version 1 and not kept, so nothing says that it is older: it does not verify.
    assert_eq!(well_known(Some(&kept)).unwrap_err().kind, FaultKind::Threshold);
}

#[test]
fn what_is_older_than_the_embedded_root_is_not_used_and_said() {
    let mut tuf = tuf();
    let initial = tuf.initial();
    tuf.rotate_root("second");
    let kept = update(&initial, None, &tuf, NOW).unwrap().kept;
    let found = well_known(Some(&kept)).unwrap();
    assert_eq!(found.root.source, Source::Embedded);
    assert!(
        found.remarks[0].contains("older than the root that this version brings"),
        "{:?}",
        found.remarks
    );
}

#[test]
fn embedded_roots_say_what_they_are() {
    let found = well_known(None).unwrap();
    assert_eq!(found.root.source, Source::Embedded);
    assert_eq!(found.root.as_of, Some(trust::TAKEN));
    assert!(found.members.len() >= 5 && found.remarks.is_empty());
}

#[test]
fn no_age_is_claimed_where_the_repository_states_no_lifetime() {
    let mut tuf = tuf();
    tuf.lifetime = None;
    let kept = update(&tuf.initial(), None, &tuf, NOW).unwrap().kept;
    let root = show(&tuf.initial(), &kept).unwrap().root;
    assert_eq!((root.as_of, root.expires), (None, Some(NOW + 7 * DAY)));
}

#[test]
fn an_update_mends_what_does_not_verify() {
    let tuf = tuf();
    let answer = update(&tuf.initial(), Some(b"rubbish"), &tuf, NOW).unwrap();
    assert!(answer.description.remarks[0].contains("did not verify and is replaced"));
    let again = update(&tuf.initial(), Some(&answer.kept), &tuf, NOW).unwrap();
    assert!(again.unchanged && again.description.remarks.is_empty());
}
