//! What a rule is judged on: the image, or the platforms of its index. Pins `targets::children`, `is_attestation`, `listed`,
//! the depth of indexes, one spelling of every key, and what is pinned for later jobs.

use portcullis_component::wit::basics::ResultClass::*;
use serde_json::{Value, json};
use testbed::*;

use crate::case::{Case, NAME};

struct Index {
    layout: Layout,
    amd64: Descriptor,
    arm64: Descriptor,
}

impl Index {
    fn new() -> Self {
        let mut layout = Layout::default();
        let (amd64, arm64) = (layout.image("app", "linux/amd64"), layout.image("app", "linux/arm64"));
        Self { layout, amd64, arm64 }
    }

    /// Signs these with the one key, and demands `platforms` of the index.
    fn case(self, index: &Descriptor, signed: &[&Descriptor], platforms: &str) -> Case {
        let key = Key::p256("ops");
        let mut case = Case::key(&key).image(self.layout, index).platforms(platforms);
        for target in signed {
            let bundle = Sigstore::new()
                .sign(&key, Statement::image_signature(target.digest()))
                .bundle();
            case.layout.attach_bundle(target, &bundle);
        }
        case
    }

    /// An index document with the children and whatever `change` does to it.
    fn document(&mut self, change: impl FnOnce(&mut Value)) -> Descriptor {
        let index = self.layout.image_index(&[self.amd64.clone(), self.arm64.clone()]);
        let mut document = self.layout.json(&index);
        change(&mut document);
        self.layout.manifest(&document)
    }
}

#[test]
fn every_platform() {
    let mut all = Index::new();
    let (index, amd64, arm64) = (all.document(|_| {}), all.amd64.clone(), all.arm64.clone());
    let case = |signed: &[&Descriptor], platforms: &str| {
        let mut new = Index::new();
        new.document(|_| {});
        new.case(&index, signed, platforms)
    };
    case(&[&index], "index").allowed();
    case(&[&amd64, &arm64], "index").denied(Unsigned);
    case(&[&amd64, &arm64], "every").allowed();
    case(&[&index, &amd64], "every").denied(Unsigned);
    case(&[&index], "index-or-every").allowed();
    case(&[&amd64, &arm64], "index-or-every").allowed();
    case(&[&arm64], "index-or-every").denied(Unsigned);
    case(&[&amd64], "[linux/amd64]").allowed();
    case(&[&index, &arm64], "[linux/amd64]").denied(Unsigned);
    case(&[&amd64], "[linux/s390x]").denied(Malformed);
}

#[test]
fn a_platform_without_a_variant_means_each_of_its_variants() {
    let mut layout = Layout::default();
    let (v6, v7) = (layout.image("v6", "linux/arm/v6"), layout.image("v7", "linux/arm/v7"));
    let index = layout.image_index(&[v6.clone(), v7.clone()]);
    let case = |signed: &[&Descriptor], platforms: &str| {
        let all = Index {
            layout: layout.clone(),
            amd64: v6.clone(),
            arm64: v7.clone(),
        };
        all.case(&index, signed, platforms)
    };
    case(&[&v6, &v7], "[linux/arm]").allowed();
    case(&[&v7], "[linux/arm]").denied(Unsigned);
    case(&[&v7], "[linux/arm/v7]").allowed();
    case(&[&v6, &v7], "[linux/arm/v]").denied(Malformed);
}

#[test]
fn platform_listed_output_not_index() {
    let mut all = Index::new();
    let index = all.document(|_| {});
    let (amd64, arm64) = (all.amd64.clone(), all.arm64.clone());
    let case = all.case(&index, &[&amd64, &arm64], "[linux/amd64]");
    assert_eq!(case.allowed().pinned, [format!("{NAME}@{}", amd64.digest())]);
}

/// Two rules list different platforms: only what satisfied both may be handed on.
#[test]
fn platform_listed_by_two_rules_output_is_what_both_proved() {
    let mut all = Index::new();
    let index = all.document(|_| {});
    let (amd64, arm64) = (all.amd64.clone(), all.arm64.clone());
    let case = all.case(&index, &[&amd64, &arm64], "[linux/amd64, linux/arm64]");
    let mut request = case.request();
    let policy = case.policy().replace(
        "rules:\n  signed:",
        "rules:\n  narrow: { signature: { by: ops } }\n  signed:",
    ) + "  - { match: registry.example/acme/*, rules: [narrow], platforms: [linux/arm64] }\n";
    request.policy.document.content = policy.into_bytes();
    let report = portcullis_component::evaluate::evaluate(&request).unwrap();
    assert_eq!(report.pinned, [format!("{NAME}@{}", arm64.digest())]);
}

#[test]
fn index_is_also_manifest_fail() {
    for platforms in ["index", "every", "index-or-every"] {
        for field in ["config", "layers", "fsLayers"] {
            let mut all = Index::new();
            let evil = all.layout.json(&all.amd64);
            let both = all.document(|document| document[field] = evil["layers"].clone());
            let (amd64, arm64) = (all.amd64.clone(), all.arm64.clone());
            all.case(&both, &[&both, &amd64, &arm64], platforms)
                .denied_for(Malformed, "at once");
        }
    }
}

/// Runtimes written in Go read keys in any case, the last one counts; this gate reads them as they are spelt.
#[test]
fn index_with_a_key_in_two_spellings_fail() {
    let evil = |all: &mut Index| all.layout.image("evil", "linux/amd64");
    for key in [
        "Manifests",
        "MANIFESTS",
        "manife\u{17f}ts",
        "Layers",
        "Config",
        "MediaType",
    ] {
        let mut all = Index::new();
        let stranger = evil(&mut all);
        let two = all.document(|document| document[key] = json!([stranger.0]));
        let (amd64, arm64) = (all.amd64.clone(), all.arm64.clone());
        all.case(&two, &[&amd64, &arm64], "every")
            .denied_for(Malformed, "spelling");
    }
    let mut all = Index::new();
    let stranger = evil(&mut all);
    let two = all.document(|document| document["manifests"][0]["Digest"] = stranger.0["digest"].clone());
    let (amd64, arm64) = (all.amd64.clone(), all.arm64.clone());
    all.case(&two, &[&amd64, &arm64], "every")
        .denied_for(Malformed, "spelling");
    // Annotations are a map of anybody's names.
    let mut all = Index::new();
    let fine = all.document(|document| document["annotations"] = json!({ "Digest": "x", "digest": "y" }));
    let (amd64, arm64) = (all.amd64.clone(), all.arm64.clone());
    all.case(&fine, &[&amd64, &arm64], "every").allowed();
}

#[test]
fn child_disguised_as_attestation_fail() {
    let sibling = |all: &Index| all.amd64.digest().to_owned();
    let attestation_of = |child: Descriptor, sibling: &str| {
        child
            .annotation("vnd.docker.reference.type", "attestation-manifest")
            .annotation("vnd.docker.reference.digest", sibling)
    };
    let half_known = ["linux/unknown", "unknown/arm64"];
    for platform in half_known {
        let mut all = Index::new();
        let disguised = attestation_of(all.arm64.clone().platform(platform), &sibling(&all));
        let index = all.layout.image_index(&[all.amd64.clone(), disguised]);
        let amd64 = all.amd64.clone();
        all.case(&index, &[&amd64], "every").denied(Unsigned);
    }
    let labels: [fn(Descriptor, &str) -> Descriptor; 4] = [
        |child, _| child.annotation("vnd.docker.reference.type", "attestation-manifest"),
        |child, _| child.platform("unknown/unknown"),
        |child, sibling| {
            child
                .annotation("vnd.docker.reference.type", "attestation-manifest")
                .annotation("vnd.docker.reference.digest", sibling)
        },
        |child, _| {
            let own = child.digest().to_owned();
            child
                .platform("unknown/unknown")
                .annotation("vnd.docker.reference.type", "attestation-manifest")
                .annotation("vnd.docker.reference.digest", &own)
        },
    ];
    for label in labels {
        let mut all = Index::new();
        let disguised = label(all.arm64.clone(), &sibling(&all));
        let index = all.layout.image_index(&[all.amd64.clone(), disguised]);
        let amd64 = all.amd64.clone();
        all.case(&index, &[&amd64], "every").denied(Unsigned);
    }
    let mut all = Index::new();
    let attestation = all.layout.buildkit_attestation(&all.amd64.clone());
    let index = all.layout.image_index(&[all.amd64.clone(), attestation]);
    let amd64 = all.amd64.clone();
    all.case(&index, &[&amd64], "every").allowed();
}

/// Two entries for one platform: a runtime takes one of them, so both are judged.
#[test]
fn two_entries_for_one_platform_fail() {
    for platforms in ["every", "[linux/amd64]"] {
        let mut all = Index::new();
        let evil = all.layout.image("evil", "linux/amd64");
        let index = all.layout.image_index(&[all.amd64.clone(), evil]);
        let amd64 = all.amd64.clone();
        all.case(&index, &[&amd64], platforms).denied(Unsigned);
    }
}

#[test]
fn index_inside_an_index() {
    let nest = |all: &mut Index, depth: usize| {
        (0..depth).fold(all.document(|_| {}), |inner, _| all.layout.image_index(&[inner]))
    };
    let mut all = Index::new();
    let outer = nest(&mut all, 1);
    let (amd64, arm64) = (all.amd64.clone(), all.arm64.clone());
    let case = all.case(&outer, &[&amd64, &arm64], "every");
    let mut request = case.request();
    for child in [&amd64, &arm64] {
        request
            .lookups
            .extend(crate::case::lookups(&case.layout, child.digest()));
    }
    assert_eq!(
        portcullis_component::evaluate::evaluate(&request).unwrap().verdict,
        portcullis_component::wit::basics::Verdict::Allow
    );
    let mut all = Index::new();
    let outer = nest(&mut all, 3);
    all.case(&outer, &[], "every").undecided(BudgetExceeded);
}

#[test]
fn manifest_that_is_none_fail() {
    let cases = [
        json!({ "schemaVersion": 1, "fsLayers": [] }),
        json!({ "mediaType": layout::OCI_INDEX, "config": {}, "layers": [] }),
        json!({ "mediaType": layout::OCI_MANIFEST, "manifests": [] }),
        json!({ "manifests": null }),
        json!({ "manifests": [{ "digest": "sha512:00" }] }),
        json!([]),
    ];
    for document in cases {
        let mut all = Index::new();
        let image = all.layout.manifest(&document);
        all.case(&image, &[&image], "every").denied(Malformed);
    }
    let mut all = Index::new();
    let image = all.layout.blob(
        layout::OCI_MANIFEST,
        b"{\"schemaVersion\":2,\"config\":{},\"config\":{},\"layers\":[]}",
    );
    all.case(&image, &[&image], "index")
        .denied_for(Malformed, "stands twice");
}

/// The bytes are not what the digest names.
#[test]
fn bytes_of_another_digest_fail() {
    let mut all = Index::new();
    let index = all.document(|_| {});
    let (amd64, arm64) = (all.amd64.clone(), all.arm64.clone());
    let case = all.case(&index, &[&index, &amd64, &arm64], "every");
    let evil = case.layout.blobs[amd64.digest()]
        .iter()
        .rev()
        .copied()
        .collect::<Vec<_>>();
    for target in [&index, &amd64] {
        let mut case = case.clone();
        case.layout.blobs.insert(target.digest().to_owned(), evil.clone());
        case.denied(DigestMismatch);
    }
}
