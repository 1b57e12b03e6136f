//! `base-image` with the network: what the component wants to see of an image's base, and of that one's, is fetched by digest
//! and judged with the rest.

use serde_json::{Value, json};
use testbed::layout::{OCI_CONFIG, OCI_MANIFEST, manifest};
use testbed::registry::{Fault, Registry};
use testbed::{Descriptor, Key, Layout, Sigstore, Statement};

use crate::support::{Answer, Scratch, portcullis};

const DAY: i64 = 24 * 60 * 60;

/// An image, its base and the base of that one, each in a repository of its own.
struct Scene {
    scratch: Scratch,
    registry: Registry,
}

/// What is put into the registry.
struct Made {
    vendor: Key,
    /// Days since the base was created.
    age: i64,
    /// The repository that the base names as its own base.
    root: &'static str,
}

impl Default for Made {
    fn default() -> Self {
        Self {
            vendor: Key::p256("vendor"),
            age: 1,
            root: "library/root",
        }
    }
}

fn image(age: i64) -> (Layout, Descriptor) {
    let created = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() - age * DAY).unwrap();
    let mut layout = Layout::default();
    let config = layout.blob(
        OCI_CONFIG,
        json!({ "created": created.to_string() }).to_string().as_bytes(),
    );
    let image = layout.manifest(&manifest(OCI_MANIFEST, &config, &[]));
    layout.tag("v1", &image);
    (layout, image)
}

/// SLSA provenance of `image` by `key`, which says what it was built on.
fn attest(layout: &mut Layout, image: &Descriptor, key: &Key, base: &str, digest: &str) {
    let hex = digest.strip_prefix("sha256:").unwrap();
    let predicate: Value = json!({
        "buildDefinition": {
            "buildType": "https://ci.example/build/v1",
            "externalParameters": {},
            "resolvedDependencies": [{ "uri": format!("docker://{base}"), "digest": { "sha256": hex } }],
        },
        "runDetails": { "builder": { "id": "https://ci.example/runner" } },
    });
    let statement = Statement::attestation("x", image.digest(), "https://slsa.dev/provenance/v1", predicate);
    layout.attach_bundle(image, &Sigstore::new().sign(key, statement).bundle());
}

impl Scene {
    fn of(made: &Made) -> Self {
        let repositories = ["app", "vendor/base", "library/root", "elsewhere/root"];
        let registry = Registry::start(repositories.map(|name| (name, Layout::default())));
        let at = |name: &str| format!("{}/{name}", registry.host());
        let (root, root_image) = image(300);
        let (mut base, base_image) = image(made.age);
        attest(
            &mut base,
            &base_image,
            &made.vendor,
            &at(made.root),
            root_image.digest(),
        );
        let signature = Statement::image_signature(base_image.digest());
        base.attach_bundle(&base_image, &Sigstore::new().sign(&made.vendor, signature).bundle());
        let (mut app, app_image) = image(0);
        attest(
            &mut app,
            &app_image,
            &Key::p256("release"),
            &at("vendor/base"),
            base_image.digest(),
        );
        for (name, layout) in [("app", app), ("vendor/base", base), (made.root, root)] {
            registry.replace(name, layout);
        }
        let scratch = Scratch::new();
        for name in ["release", "vendor"] {
            scratch.write(&format!("{name}.pub"), Key::p256(name).public_pem());
        }
        Self { scratch, registry }
    }

    fn check(&self) -> Answer {
        let host = self.registry.host();
        let policy = format!(
            "version: 1\n\
             signers:\n  \
               release: {{ key: release.pub, transparency-log: {{ required: false }} }}\n  \
               vendor: {{ key: vendor.pub, transparency-log: {{ required: false }} }}\n\
             rules:\n  base:\n    base-image:\n      by: release\n      allowed: ['{host}/vendor/*']\n      \
               signed-by: vendor\n      not-older-than: 30d\n      \
               built-on: {{ by: vendor, allowed: ['{host}/library/*'], not-older-than: 365d }}\n\
             images:\n  - match: '**'\n    rules: [base]\n"
        );
        let policy = self.scratch.write("portcullis.yaml", policy);
        let image = format!("{host}/app:v1");
        portcullis(["check", "--format", "json", "--policy", &policy, &image]).answer()
    }
}

#[test]
fn both_levels_are_fetched_and_judged() {
    let scene = Scene::of(&Made::default());
    let answer = scene.check();
    assert_eq!(answer.judgement(), "0 allow verified", "{}", answer.stdout);
    for name in ["vendor/base", "library/root"] {
        assert!(
            scene.registry.requests().iter().any(|one| one.target.contains(name)),
            "{name}"
        );
    }
}

#[test]
fn a_base_or_its_base_that_does_not_do_fail() {
    for (made, words) in [
        (
            Made {
                vendor: Key::p256("stranger"),
                ..Made::default()
            },
            "is not signed by whom the policy wants",
        ),
        (
            Made {
                age: 31,
                ..Made::default()
            },
            "is too old",
        ),
        (
            Made {
                root: "elsewhere/root",
                ..Made::default()
            },
            "which is not allowed",
        ),
    ] {
        let answer = Scene::of(&made).check();
        assert!(answer.judgement().starts_with("1 deny"), "{words}: {}", answer.stdout);
        assert!(answer.stdout.contains(words), "{words}: {}", answer.stdout);
    }
}

#[test]
fn a_level_that_does_not_answer_undecided() {
    for name in ["vendor/base", "library/root"] {
        let scene = Scene::of(&Made::default());
        scene.registry.fault(Fault::on(&format!("/v2/{name}/")).status(403));
        let answer = scene.check();
        assert!(
            answer.judgement().starts_with("4 undecided"),
            "{name}: {}",
            answer.stdout
        );
    }
}
