//! Many referrers of one image in a registry on loopback, each a bundle by one key without a log.

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use testbed::statement::COSIGN_SIGN;
use testbed::{Key, Layout, Registry, Sigstore, Statement, Subject};

use crate::measure::{Used, least, run};
use crate::{BINARY, folder, text};

const RUNS: usize = 3;

pub fn table() {
    println!("\n(d) referrers of one image on loopback, signed with a key, least of {RUNS} runs");
    println!(
        "{:>10}{:12}{:>10}{:>8}{:>14}{:>14}{:>10}",
        "referrers", "", "requests", "2+2n", "wall", "CPU", "peak MB"
    );
    let cosign = cosign();
    if let Err(reason) = &cosign {
        println!("  skipped: cosign: {reason}");
    }
    for count in [1, 9, 50, 200] {
        let case = Case::new(count);
        row(count, "portcullis", &case, &text(BINARY.as_ref()), &case.check());
        if let Ok(cosign) = &cosign {
            row(count, "cosign", &case, &text(cosign), &case.verify());
        }
    }
}

fn row(count: usize, name: &str, case: &Case, program: &str, arguments: &[String]) {
    let mut requests = Vec::new();
    let mut runs: Vec<Used> = Vec::new();
    for _ in 0..RUNS {
        let before = case.registry.requests().len();
        runs.push(run(program, arguments));
        requests.push(case.registry.requests().len() - before);
    }
    let (used, goal) = (least(&runs), 2 + 2 * count);
    let (wall, cpu, peak, requests) = (used.wall_ms, used.cpu_ms, used.peak_mb, requests[0]);
    println!("{count:>10}  {name:10}{requests:>10}{goal:>8}{wall:>11.0} ms{cpu:>11.0} ms{peak:>10.1}");
}

fn cosign() -> Result<PathBuf, &'static str> {
    let folder = std::env::var_os("PORTCULLIS_TEST_PROGRAMS").ok_or("PORTCULLIS_TEST_PROGRAMS is not set")?;
    let cosign = PathBuf::from(folder).join("cosign");
    if cosign.exists() {
        Ok(cosign)
    } else {
        Err("not in PORTCULLIS_TEST_PROGRAMS")
    }
}

struct Case {
    registry: Registry,
    folder: PathBuf,
}

impl Case {
    fn new(count: usize) -> Self {
        let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
        let (mut layout, image) = Layout::with_image("v1");
        for number in 0..count {
            let subject = Subject::new(image.digest()).annotations(json!({ "number": number.to_string() }));
            let statement = Statement::new(COSIGN_SIGN, json!({})).subject(subject);
            layout.attach_bundle(&image, &sigstore.sign(&key, statement).bundle());
        }
        let folder = folder(&format!("referrers-{count}"));
        fs::write(folder.join("ops.pub"), key.public_pem()).unwrap();
        fs::write(folder.join("root.json"), sigstore.trusted_root_json()).unwrap();
        let registry = Registry::start([("acme/app", layout)]);
        Self { registry, folder }
    }

    fn check(&self) -> Vec<String> {
        self.command(&["check", "--insecure-ignore-tlog"])
    }

    /// With a trusted root, or cosign would ask for one over the network.
    fn verify(&self) -> Vec<String> {
        let root = text(&self.folder.join("root.json"));
        let flags = [
            "verify",
            "--insecure-ignore-tlog=true",
            "--allow-http-registry",
            "--trusted-root",
            &root,
        ];
        self.command(&flags)
    }

    fn command(&self, flags: &[&str]) -> Vec<String> {
        let key = text(&self.folder.join("ops.pub"));
        let image = format!("{}/acme/app:v1", self.registry.host());
        let all = [flags, &["--key", &key, &image]].concat();
        all.into_iter().map(str::to_owned).collect()
    }
}
