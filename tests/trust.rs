//! `portcullis trust` against a mirror on loopback, and what the cache may do to a check.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use support::{Answer, Scratch, portcullis};
use testbed::{CertificateRequest, Key, Layout, Sigstore, Statement, Tuf};

const IMAGE: &str = "registry.example/acme/app:v1";
const DAY: i64 = 86_400;

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// Serves files, and remembers what it was asked.
struct Mirror {
    url: String,
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Mirror {
    fn of(tuf: &Tuf) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}/tuf", listener.local_addr().unwrap());
        let files = Arc::new(Mutex::new(tuf.files()));
        let asked = Arc::default();
        let shared = (Arc::clone(&files), Arc::clone(&asked));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (files, asked): (_, Arc<Mutex<Vec<String>>>) = (Arc::clone(&shared.0), Arc::clone(&shared.1));
                thread::spawn(move || serve(connection, &files, &asked));
            }
        });
        Self { url, files, asked }
    }

    fn serves(&self, tuf: &Tuf) {
        *self.files.lock().unwrap() = tuf.files();
    }
}

fn serve(connection: TcpStream, files: &Mutex<BTreeMap<String, Vec<u8>>>, asked: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(&connection).lines();
    while let Some(Ok(first)) = lines.next() {
        for line in lines.by_ref() {
            if line.unwrap_or_default().is_empty() {
                break;
            }
        }
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let content = files.lock().unwrap().get(path.trim_start_matches("/tuf/")).cloned();
        asked.lock().unwrap().push(path);
        let (status, body) = content.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        if (&connection).write_all(&[head.as_bytes(), &body].concat()).is_err() {
            return;
        }
    }
}

/// A private Sigstore with its TUF repository, an image signed under it, and a policy that names the root by `tuf`.
struct Scene {
    scratch: Scratch,
    tuf: Tuf,
    mirror: Mirror,
}

impl Scene {
    fn new() -> Self {
        let sigstore = Sigstore::new();
        let tuf = Tuf::new(&sigstore.trusted_root_json(), now());
        let (mut layout, image) = Layout::with_image("v1");
        let request = CertificateRequest::github("acme/app", "release.yml", "refs/heads/main");
        let signing = sigstore.sign(&sigstore.issue(request), Statement::image_signature(image.digest()));
        layout.attach_bundle(&image, &signing.rekor_v1().timestamp().bundle());
        let scratch = Scratch::new();
        layout.write_directory(&scratch.path.join("layout")).unwrap();
        scratch.write("corp.root.json", tuf.initial());
        let policy = "version: 1\ntrust: [{ name: corp, tuf: corp.root.json, max-age: 30d }]\nsigners:\n  release: \
            { github: { repository: acme/app, workflow: acme/app/.github/workflows/release.yml, ref: refs/heads/main } }\n\
            rules:\n  signed: { signature: { by: release } }\nimages: [{ match: '**', rules: [signed] }]\n";
        scratch.write("portcullis.yaml", policy);
        Self {
            mirror: Mirror::of(&tuf),
            scratch,
            tuf,
        }
    }

    fn call(&self, line: &str) -> Answer {
        let arguments = line.split(' ').chain(["--cache-dir", "cache"]);
        portcullis(arguments).folder(&self.scratch.path).answer()
    }

    fn update(&self) -> Answer {
        self.call(&format!(
            "trust update corp --mirror {} --root corp.root.json",
            self.mirror.url
        ))
    }

    fn check(&self) -> Answer {
        self.call(&format!("check --format json --layout layout {IMAGE}"))
    }

    fn kept(&self) -> Value {
        serde_json::from_str(&self.scratch.read("cache/trust/corp.json")).unwrap()
    }
}

#[test]
fn a_root_is_refreshed_once_and_then_checks_need_no_network() {
    let scene = Scene::new();
    let before = scene.check();
    assert_eq!(before.exit, Some(2), "{before:?}");
    assert!(format!("{before:?}").contains("was never fetched"), "{before:?}");

    let updated = scene.update();
    assert_eq!(updated.exit, Some(0), "{updated:?}");
    assert!(updated.stdout.contains("refreshed from 127.0.0.1"), "{updated:?}");
    assert!(scene.update().stdout.contains("confirmed by"));

    let asked = scene.mirror.asked.lock().unwrap().len();
    let checked = scene.check();
    assert_eq!(checked.judgement(), "0 allow verified", "{checked:?}");
    assert_eq!(scene.mirror.asked.lock().unwrap().len(), asked);
    let report = checked.json();
    let root = &report["images"][0]["roots"][0];
    assert_eq!(
        (&root["source"], &root["versions"]["root"]),
        (&"refreshed".into(), &1.into())
    );
    assert_eq!(report["images"][0]["roots"].as_array().unwrap().len(), 1);
    assert_eq!(
        scene.call(&format!("check --no-cache --layout layout {IMAGE}")).exit,
        Some(2)
    );
}

#[test]
fn trust_cache_replaced_fail() {
    let scene = Scene::new();
    assert_eq!(scene.update().exit, Some(0));
    let evil = Sigstore::named("evil").trusted_root_json();
    let mut kept = scene.kept();
    for (path, text) in kept["files"].as_object_mut().unwrap() {
        if path.ends_with("trusted_root.json") {
            *text = evil.clone().into();
        }
    }
    scene.scratch.write("cache/trust/corp.json", kept.to_string());
    let answer = scene.check();
    assert_eq!(answer.exit, Some(2), "{answer:?}");
    assert!(answer.stdout.contains("does not verify"), "{answer:?}");
    assert!(answer.stdout.contains("cache/trust/corp.json"), "{answer:?}");

    // The metadata of another repository, in itself sound.
    let mut other = Tuf::new(&evil, now());
    for role in testbed::tuf::ROLES {
        other
            .keys
            .insert(role, vec![Key::ed25519("evil"), Key::ed25519("twin")]);
    }
    scene.mirror.serves(&other);
    scene.scratch.write("evil.root.json", other.initial());
    let line = format!("trust update corp --mirror {} --root evil.root.json", scene.mirror.url);
    assert_eq!(scene.call(&line).exit, Some(0));
    assert_eq!(scene.check().exit, Some(2));

    // An update from where the policy begins mends it.
    scene.mirror.serves(&scene.tuf);
    let mended = scene.update();
    assert!(
        mended.exit == Some(0) && mended.stdout.contains("did not verify"),
        "{mended:?}"
    );
    assert_eq!(scene.check().exit, Some(0));
}

#[test]
fn what_a_mirror_does_wrong_is_not_kept_fail() {
    let mut scene = Scene::new();
    assert_eq!(scene.update().exit, Some(0));
    let kept = scene.kept();
    let old = scene.tuf.clone();

    scene.tuf.publish(now());
    scene.mirror.serves(&scene.tuf);
    assert_eq!(scene.update().exit, Some(0));
    let newer = scene.kept();
    assert_ne!(kept, newer);

    scene.mirror.serves(&old);
    let rollback = scene.update();
    assert_eq!(rollback.exit, Some(1), "{rollback:?}");
    assert!(rollback.stderr.contains("is known already"), "{rollback:?}");

    let mut frozen = scene.tuf.clone();
    frozen.publish(now() - 30 * DAY);
    scene.mirror.serves(&frozen);
    let expired = scene.update();
    assert!(
        expired.exit == Some(1) && expired.stderr.contains("expired"),
        "{expired:?}"
    );

    scene
        .mirror
        .files
        .lock()
        .unwrap()
        .insert("timestamp.json".to_owned(), vec![b' '; 100_000]);
    let large = scene.update();
    assert_eq!(large.exit, Some(4), "{large:?}");
    assert!(large.stderr.contains("at most 16384 bytes"), "{large:?}");

    scene.mirror.files.lock().unwrap().clear();
    assert_eq!(scene.update().exit, Some(1));
    assert_eq!(scene.kept(), newer, "nothing of it was kept");
    assert_eq!(scene.check().exit, Some(0));
}

#[test]
fn processes_that_refresh_at_the_same_time_leave_one_whole_state() {
    let scene = Scene::new();
    thread::scope(|scope| {
        let running: Vec<_> = (0..6).map(|_| scope.spawn(|| scene.update())).collect();
        for one in running {
            let answer = one.join().unwrap();
            assert_eq!(answer.exit, Some(0), "{answer:?}");
        }
        let checking: Vec<_> = (0..4).map(|_| scope.spawn(|| scene.check())).collect();
        for one in checking {
            assert_eq!(one.join().unwrap().exit, Some(0));
        }
    });
    let files: Vec<_> = std::fs::read_dir(scene.scratch.path.join("cache/trust"))
        .unwrap()
        .collect();
    assert_eq!(files.len(), 2, "the root and its lock: {files:?}");
}

#[test]
fn roots_are_shown_and_exported() {
    let scene = Scene::new();
    assert_eq!(scene.update().exit, Some(0));
    let listed = scene.call("trust list");
    assert_eq!(listed.exit, Some(0), "{listed:?}");
    for words in [
        "sigstore",
        "github",
        "sigstore-staging",
        "embedded",
        "corp",
        "newest at",
    ] {
        assert!(listed.stdout.contains(words), "{words}: {listed:?}");
    }
    let shown = scene.call("trust show corp --root corp.root.json");
    for words in [
        "transparency log",
        "certificate authority",
        "certificate log",
        "timestamp authority",
    ] {
        assert!(shown.stdout.contains(words), "{words}: {shown:?}");
    }
    let exported = scene.call("trust export corp --root corp.root.json");
    assert_eq!(exported.stdout.as_bytes(), scene.tuf.target);
    let line = "trust export corp --root corp.root.json --output out.json";
    assert_eq!(scene.call(line).exit, Some(0));
    assert_eq!(scene.scratch.read("out.json").as_bytes(), scene.tuf.target);
    // The exported file is a root like any other.
    let line = format!(
        "check --layout layout --trusted-root out.json --certificate-identity-regexp https://github.com/acme/.* \
         --certificate-oidc-issuer https://token.actions.githubusercontent.com {IMAGE}"
    );
    assert_eq!(scene.call(&line).exit, Some(0));
}

#[test]
fn what_cannot_be_fetched_undecided() {
    let scene = Scene::new();
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let line = format!("trust update corp --root corp.root.json --mirror http://{nobody}");
    let answer = scene.call(&line);
    assert_eq!(answer.exit, Some(4), "{answer:?}");
    assert!(!Path::new(&scene.scratch.path).join("cache/trust/corp.json").exists());
}
