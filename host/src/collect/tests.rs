//! Real images signed by cosign, from the folder that `PORTCULLIS_FIXTURES` names: as layouts, as tar files, and from
//! registries with and without the referrers API.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{CARRIERS, Collected, Depth, collect};
use crate::auth::Environment;
use crate::digest::Digest;
use crate::document::Document;
use crate::layout::Layout;
use crate::reference::Reference;
use crate::registry::loopback::{Reply, Server, client};
use crate::scratch::Scratch;
use crate::wit::basics::{Carrier, Failure};
use crate::wit::request::Outcome;
use crate::wit::requirements::ImageRequirements;

/// (layout, reference) of every case.
fn fixtures() -> Vec<(PathBuf, Reference)> {
    let Some(root) = std::env::var_os("PORTCULLIS_FIXTURES").map(PathBuf::from) else {
        eprintln!("skipped: PORTCULLIS_FIXTURES does not name a folder of signed images");
        return Vec::new();
    };
    let expected = std::fs::read_to_string(root.join("expected.tsv")).expect("expected.tsv");
    let cases = expected
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect::<Vec<_>>());
    cases
        .filter(|case| case.len() > 2)
        .map(|case| (root.join(case[1]), case[2].parse().expect("a reference")))
        .collect()
}

fn everything(children: bool) -> ImageRequirements {
    ImageRequirements {
        name: String::new(),
        origin: None,
        evidence: Vec::new(),
        rules: Vec::new(),
        carriers: CARRIERS.to_vec(),
        children,
    }
}

fn from_layout(path: &Path, reference: &Reference) -> Collected {
    let layout = Layout::open(path).expect("a layout");
    collect(&layout, reference, &everything(true), Depth::Signed)
}

fn failures(collected: &Collected) -> Vec<&Failure> {
    let lookups = collected.lookups.iter().filter_map(|lookup| match &lookup.outcome {
        Outcome::Failed(failure) => Some(failure),
        Outcome::Found(_) | Outcome::Absent(_) => None,
    });
    lookups
        .chain(collected.unreadable.iter().map(|unreadable| &unreadable.failure))
        .collect()
}

/// A registry that holds one repository: what a layout has, with its tags.
struct Mirror {
    blobs: BTreeMap<String, Vec<u8>>,
    tags: BTreeMap<String, String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Api {
    Referrers,
    None,
    /// answers 200 with an empty list, as GHCR did
    Empty,
}

impl Mirror {
    fn of(path: &Path) -> Self {
        let entries = std::fs::read_dir(path.join("blobs/sha256")).expect("blobs");
        let blobs = entries.map(|entry| entry.expect("an entry").path()).map(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).expect("a digest");
            (format!("sha256:{name}"), std::fs::read(&path).expect("a blob"))
        });
        let index: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path.join("index.json")).expect("an index")).expect("JSON");
        let entries = index["manifests"].as_array().expect("entries").iter();
        let tag = |entry: &serde_json::Value| {
            Some((
                entry["annotations"]["org.opencontainers.image.ref.name"]
                    .as_str()?
                    .to_owned(),
                entry["digest"].as_str()?.to_owned(),
            ))
        };
        Self {
            blobs: blobs.collect(),
            tags: entries.filter_map(tag).collect(),
        }
    }

    fn answer(&self, path: &str, api: Api) -> Reply {
        let name = path.rsplit('/').next().unwrap_or_default();
        if path.contains("/referrers/") {
            return match api {
                Api::None => Reply::status(404),
                Api::Empty => Reply::ok(
                    "application/vnd.oci.image.index.v1+json",
                    r#"{"schemaVersion":2,"manifests":[]}"#,
                ),
                Api::Referrers => Reply::ok("application/vnd.oci.image.index.v1+json", self.referrers(name)),
            };
        }
        let digest = self.tags.get(name).map_or(name, String::as_str);
        let Some(content) = self.blobs.get(digest) else {
            return Reply::status(404);
        };
        let media_type = Document::parse(content, None)
            .map_or("application/octet-stream".to_owned(), |document| document.media_type);
        Reply::ok(&media_type, content.clone()).header("Docker-Content-Digest", digest)
    }

    fn referrers(&self, subject: &str) -> String {
        let about = |content: &[u8]| Some((Document::parse(content, None).ok()?, subject.parse().ok()?));
        let descriptors: Vec<String> = self
            .blobs
            .iter()
            .filter_map(|(digest, content)| {
                let (document, subject): (Document, Digest) = about(content)?;
                (document.subject == Some(subject)).then(|| {
                    let artifact_type = document.artifact_type.unwrap_or_default();
                    format!(
                        r#"{{"mediaType":"{}","digest":"{digest}","size":{},"artifactType":"{artifact_type}"}}"#,
                        document.media_type,
                        content.len()
                    )
                })
            })
            .collect();
        format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, descriptors.join(","))
    }
}

#[test]
fn every_fixture_collects_without_failure() {
    for (path, reference) in fixtures() {
        let collected = from_layout(&path, &reference);
        assert!(collected.image.resolved.is_ok(), "{}", path.display());
        assert_eq!(failures(&collected), Vec::<&Failure>::new(), "{}", path.display());
        assert_eq!(collected.image.name, reference.name());
        for blob in &collected.blobs {
            assert_eq!(Digest::of(&blob.content).to_string(), blob.digest);
        }
    }
}

#[test]
fn a_tar_file_gives_what_its_folder_gives() {
    for (path, reference) in fixtures() {
        let mut builder = tar::Builder::new(Vec::new());
        builder.append_dir_all(".", &path).expect("appended");
        let archive = Scratch::with(&[("layout.tar", &builder.into_inner().expect("finished"))]);
        let (folder, archive) = (from_layout(&path, &reference), from_layout(&archive.file(), &reference));
        assert_eq!(folder.blobs, archive.blobs, "{}", path.display());
        assert_eq!(folder.lookups, archive.lookups, "{}", path.display());
    }
}

#[test]
fn registries_give_what_layouts_give() {
    for (path, reference) in fixtures() {
        let expected = from_layout(&path, &reference);
        let mirror = Arc::new(Mirror::of(&path));
        for api in [Api::Referrers, Api::None, Api::Empty] {
            let mirror = Arc::clone(&mirror);
            let server = Server::start(move |received| mirror.answer(&received.path, api));
            let here = server.reference(&format!(
                "{}:{}",
                reference.repository(),
                reference.tag().unwrap_or_default()
            ));
            let collected = collect(&client(Environment::empty()), &here, &everything(true), Depth::Signed);
            assert_eq!(failures(&collected), Vec::<&Failure>::new(), "{}", path.display());
            assert_eq!(collected.blobs, expected.blobs, "{}", path.display());
            assert_eq!(collected.image.resolved, expected.image.resolved);
            assert_eq!(collected.contacted, [server.address.to_string()]);
        }
    }
}

#[test]
fn ten_referrers_need_no_more_than_two_requests_each() {
    let Some((path, reference)) = fixtures().into_iter().find(|(path, _)| path.ends_with("many10")) else {
        return;
    };
    let mirror = Mirror::of(&path);
    let server = Server::start(move |received| mirror.answer(&received.path, Api::Referrers));
    let here = server.reference(&format!("{}:v1", reference.repository()));
    let requirements = ImageRequirements {
        carriers: vec![Carrier::Referrer],
        ..everything(false)
    };
    let collected = collect(&client(Environment::empty()), &here, &requirements, Depth::Signed);
    assert!(
        matches!(&collected.lookups[0].outcome, Outcome::Found(found) if found.len() == 10),
        "{collected:?}"
    );
    assert!(server.paths().len() <= 2 + 2 * 10, "{:?}", server.paths());
}

#[test]
fn platforms_are_only_looked_at_where_rules_ask_for_them() {
    let Some((path, reference)) = fixtures()
        .into_iter()
        .find(|(path, _)| path.ends_with("key/multi-legacy"))
    else {
        return;
    };
    let layout = Layout::open(&path).expect("a layout");
    let found = |children: bool| {
        let collected = collect(&layout, &reference, &everything(children), Depth::Signed);
        let signatures = collected
            .lookups
            .iter()
            .filter(|lookup| lookup.carrier == Carrier::SignatureTag);
        signatures
            .filter(|lookup| matches!(lookup.outcome, Outcome::Found(_)))
            .count()
    };
    assert_eq!(found(false), 1);
    assert_eq!(found(true), 3);
}
