//! What lies in registries and is no container image: judged by its own manifest where it has one, and never guessed at.

use serde_json::{Value, json};
use testbed::layout::{OCI_MANIFEST, manifest};
use testbed::registry::Registry;
use testbed::{Descriptor, Key, Layout, Sigstore, Statement};

use crate::support::{Answer, Scratch, portcullis};

const HELM_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const HELM_CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// Signed with the key `lab`, without a log.
fn check(prepare: impl FnOnce(&mut Layout) -> Descriptor, platforms: &str) -> Answer {
    let mut layout = Layout::default();
    let artifact = prepare(&mut layout);
    layout.tag("v1", &artifact);
    let key = Key::p256("lab");
    let sigstore = Sigstore::new();
    let signing = sigstore.sign(&key, Statement::image_signature(artifact.digest()));
    layout.attach_bundle(&artifact, &signing.bundle());
    let (scratch, registry) = (Scratch::new(), Registry::start([("lab/chart", layout)]));
    scratch.write("lab.pub", key.public_pem());
    let policy = scratch.write(
        "portcullis.yaml",
        format!(
            "version: 1\nsigners: {{ lab: {{ key: lab.pub, transparency-log: {{ required: false }} }} }}\n\
             rules: {{ signed: {{ signature: {{ by: lab }} }} }}\nimages: [{{ match: '**', rules: [signed], platforms: {platforms} }}]\n"
        ),
    );
    let image = format!("{}/lab/chart:v1", registry.host());
    portcullis(["check", &image, "--policy", &policy, "--format", "json"]).answer()
}

fn of_type(layout: &mut Layout, config: &str, layer: &str) -> Value {
    let config = layout.blob(config, b"{}");
    let layer = layout.blob(layer, b"content");
    manifest(OCI_MANIFEST, &config, &[layer])
}

#[test]
fn a_helm_chart_is_one_manifest() {
    for platforms in ["index", "every", "index-or-every", "[linux/amd64]"] {
        let chart = |layout: &mut Layout| {
            let manifest = of_type(layout, HELM_CONFIG, HELM_CHART);
            layout.manifest(&manifest)
        };
        assert_eq!(check(chart, platforms).judgement(), "0 allow verified", "{platforms}");
    }
}

#[test]
fn an_artifact_without_a_configuration() {
    let artifact = |layout: &mut Layout| {
        let mut manifest = of_type(layout, "application/vnd.oci.empty.v1+json", "application/wasm");
        manifest["artifactType"] = json!("application/vnd.example.plugin");
        layout.manifest(&manifest)
    };
    assert_eq!(check(artifact, "index").judgement(), "0 allow verified");
}

#[test]
fn a_configuration_without_media_type() {
    let image = |layout: &mut Layout| {
        let mut manifest = of_type(layout, "x", "application/vnd.oci.image.layer.v1.tar");
        manifest["config"].as_object_mut().unwrap().remove("mediaType");
        layout.manifest(&manifest)
    };
    assert_eq!(check(image, "index").judgement(), "0 allow verified");
}

#[test]
fn schema_one_undecided() {
    let image =
        |layout: &mut Layout| layout.manifest(&json!({ "schemaVersion": 1, "name": "lab/chart", "fsLayers": [] }));
    let answer = check(image, "index");
    assert_eq!(answer.exit, Some(4), "{}", answer.stdout);
    assert!(answer.stdout.contains("schema 1"), "{}", answer.stdout);
    assert!(!answer.stdout.contains("unsigned"), "{}", answer.stdout);
}
