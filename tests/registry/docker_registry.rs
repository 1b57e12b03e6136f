//! The real docker-registry of Debian: no referrers API, so the fallback tag and cosign's own tags are all there is.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use base64::prelude::*;
use serde_json::Value;
use testbed::Layout;
use testbed::layout::{OCI_INDEX, OCI_MANIFEST, REF_NAME};

use crate::credentials::docker_config;
use crate::support::{Expected, Scratch, fixture, fixtures, portcullis};

const USER: &str = "lab";
const PASSWORD: &str = "secret";
/// bcrypt of the password at its lowest cost.
const HTPASSWD: &str = "lab:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

/// A registry that is stopped, by its own process, when the test is over.
pub struct DockerRegistry {
    process: Child,
    pub host: String,
    authorization: Option<String>,
    _storage: Scratch,
}

impl DockerRegistry {
    /// None where the program is missing; then the test says that it was skipped.
    pub fn start(htpasswd: Option<&str>) -> Option<Self> {
        let Some(program) = program("docker-registry") else {
            eprintln!("skipped: docker-registry is not in the folder that PORTCULLIS_TEST_PROGRAMS names");
            return None;
        };
        let storage = Scratch::new();
        let root = storage.path.join("blobs");
        let mut configuration = format!(
            "version: 0.1\nlog: {{ level: info }}\nstorage: {{ filesystem: {{ rootdirectory: {root:?} }} }}\n\
             http: {{ addr: '127.0.0.1:0' }}\n"
        );
        if let Some(lines) = htpasswd {
            let path = storage.write("htpasswd", lines);
            configuration.push_str(&format!("auth: {{ htpasswd: {{ realm: lab, path: {path:?} }} }}\n"));
        }
        let configuration = storage.write("config.yml", configuration);
        let mut process = Command::new(program)
            .args(["serve", &configuration])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let listening = log.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, address) = line.split_once("listening on ")?;
            address.split(['"', ' ', ',']).next().map(str::to_owned)
        });
        // The pipe is read to its end: a registry that cannot log stops answering.
        thread::spawn(move || log.map_while(Result::ok).for_each(drop));
        Some(Self {
            process,
            host: listening.expect("docker-registry says where it listens"),
            authorization: htpasswd.map(|_| format!("Basic {}", BASE64_STANDARD.encode(format!("{USER}:{PASSWORD}")))),
            _storage: storage,
        })
    }

    /// Blobs first, then manifests, then what lists them, then their tags: the registry refuses any other order.
    pub fn push(&self, repository: &str, layout: &Layout) {
        for layer in std::fs::read_dir(fixtures().join("layers")).unwrap() {
            let path = layer.unwrap().path();
            let digest = format!("sha256:{}", path.file_name().unwrap().to_str().unwrap());
            self.push_blob(repository, &digest, &std::fs::read(&path).unwrap());
        }
        let (mut manifests, mut indexes) = (Vec::new(), Vec::new());
        for (digest, bytes) in &layout.blobs {
            match serde_json::from_slice::<Value>(bytes) {
                Ok(document) if document.get("manifests").is_some() => indexes.push((digest, bytes)),
                Ok(document) if document.get("schemaVersion").is_some() => manifests.push((digest, bytes)),
                _ => self.push_blob(repository, digest, bytes),
            }
        }
        for (digest, bytes) in manifests.into_iter().chain(indexes) {
            self.push_manifest(repository, digest, bytes);
        }
        for entry in &layout.index {
            let tag = entry.0["annotations"][REF_NAME].as_str().unwrap();
            self.push_manifest(repository, tag, &layout.blobs[entry.digest()]);
        }
    }

    fn push_blob(&self, repository: &str, digest: &str, bytes: &[u8]) {
        let begun = self.send("POST", &format!("/v2/{repository}/blobs/uploads/"), "", b"");
        let location = begun.headers()["location"].to_str().unwrap();
        let target = location.split_once(&self.host).map_or(location, |(_, target)| target);
        self.send(
            "PUT",
            &format!("{target}&digest={digest}"),
            "application/octet-stream",
            bytes,
        );
    }

    fn push_manifest(&self, repository: &str, reference: &str, bytes: &[u8]) {
        let document: Value = serde_json::from_slice(bytes).unwrap();
        let default = if document.get("manifests").is_some() {
            OCI_INDEX
        } else {
            OCI_MANIFEST
        };
        let media_type = document["mediaType"].as_str().unwrap_or(default);
        self.send(
            "PUT",
            &format!("/v2/{repository}/manifests/{reference}"),
            media_type,
            bytes,
        );
    }

    fn send(&self, method: &str, target: &str, media_type: &str, body: &[u8]) -> ureq::http::Response<ureq::Body> {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{target}", self.host));
        if !media_type.is_empty() {
            request = request.header("content-type", media_type);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        ureq::run(request.body(body).unwrap()).unwrap_or_else(|error| panic!("{method} {target}: {error}"))
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

pub fn program(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os("PORTCULLIS_TEST_PROGRAMS")?).join(name);
    path.is_file().then_some(path)
}

#[test]
fn every_fixture_by_the_fallback_tag_and_cosigns_tags() {
    let Some(registry) = DockerRegistry::start(None) else {
        return;
    };
    let scratch = Scratch::new();
    let mut wrong = Vec::new();
    for line in Expected::all() {
        let (kind, _) = line.layout.split_once('/').unwrap();
        let (repository, tag) = line.repository().split_once(':').unwrap();
        let repository = format!("{kind}/{repository}");
        registry.push(&repository, &fixture(&line.layout));
        let image = format!("{}/{repository}:{tag}", registry.host);
        let policy = scratch.policy(&line.policy);
        let answer = portcullis(["check", &image, "--policy", &policy, "--format", "json"]).answer();
        assert_eq!(answer.json()["contacted"], serde_json::json!([registry.host]));
        if answer.judgement() != line.judgement() {
            wrong.push(format!(
                "{}: expected {}\n{}",
                line.layout,
                line.judgement(),
                answer.stdout
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn with_credentials_of_dockers_configuration() {
    let Some(registry) = DockerRegistry::start(Some(HTPASSWD)) else {
        return;
    };
    registry.push("lab/new", &fixture("key/new"));
    registry.push("lab/unsigned", &fixture("key/unsigned"));
    let scratch = Scratch::new();
    let policy = scratch.policy("key");
    let judged = |repository: &str, password: Option<&str>| {
        let image = format!("{}/{repository}:v1", registry.host);
        let folder = docker_config(&scratch, &registry.host, password.map(|password| (USER, password)));
        let call = portcullis(["check", &image, "--policy", &policy, "--format", "json"]);
        call.variable("DOCKER_CONFIG", folder).answer().judgement()
    };
    assert_eq!(judged("lab/new", Some(PASSWORD)), "0 allow verified");
    assert_eq!(judged("lab/unsigned", Some(PASSWORD)), "1 deny unsigned");
    for repository in ["lab/new", "lab/unsigned"] {
        assert_eq!(judged(repository, Some("wrong")), "4 undecided discovery-failed");
        assert_eq!(judged(repository, None), "4 undecided discovery-failed");
    }
}
