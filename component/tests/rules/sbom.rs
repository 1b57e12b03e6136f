//! `sbom`: an SBOM of the image, by whom the policy names, that lists what it should.

use portcullis_component::wit::basics::ResultClass;
use portcullis_component::wit::report::Effect;
use serde_json::{Value, json};
use testbed::*;

use crate::attestation::attested;
use crate::case::{Case, image};

const CYCLONEDX: &str = "https://cyclonedx.org/bom";
const SPDX: &str = "https://spdx.dev/Document";

fn case(sigstore: &Sigstore, rule: &str) -> Case {
    Case::new(sigstore).judged_by(&format!("sbom: {{ by: release, {rule} }}"))
}

fn cyclonedx(purls: &[&str]) -> Value {
    let component = |purl: &&str| json!({ "type": "library", "name": purl, "purl": purl });
    let components: Vec<Value> = purls.iter().map(component).collect();
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": components })
}

#[test]
fn a_sound_sbom_of_a_format_that_counts() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, CYCLONEDX, cyclonedx(&["pkg:npm/a@1.0.0"]), 0);
    let report = case(&sigstore, "format: [cyclonedx]").bundle(&bundle).allowed();
    assert_eq!(report.rules[0].demand, "an SBOM as CycloneDX, by release");
    case(&sigstore, "format: [spdx]")
        .bundle(&bundle)
        .denied(ResultClass::Unsigned);
    let versioned = attested(
        &sigstore,
        "https://cyclonedx.org/bom/v1.6",
        cyclonedx(&["pkg:npm/a@1.0.0"]),
        0,
    );
    case(&sigstore, "format: [cyclonedx]").bundle(&versioned).allowed();
}

#[test]
fn denied_packages_fail() {
    let sigstore = Sigstore::new();
    let bundle = attested(
        &sigstore,
        CYCLONEDX,
        cyclonedx(&["pkg:npm/a@1.0.0", "pkg:npm/evil@3.3.6"]),
        0,
    );
    let deny = case(&sigstore, "deny: [{ package: pkg:npm/evil, versions: \"<4.0.0\" }]").bundle(&bundle);
    let report = deny.report();
    let finding = &report.rules[0].findings[0];
    assert_eq!(
        (finding.id.as_str(), finding.effect),
        ("pkg:npm/evil@3.3.6", Effect::Denies),
        "{report:#?}"
    );
    case(&sigstore, "deny: [{ package: pkg:npm/evil, versions: \">=4.0.0\" }]")
        .bundle(&bundle)
        .allowed();
}

/// The format of another type, a version that is not read, a text that is no JSON, no packages at all.
#[test]
fn documents_that_say_nothing_fail() {
    let sigstore = Sigstore::new();
    let denied = |predicate_type, predicate| {
        let bundle = attested(&sigstore, predicate_type, predicate, 0);
        let report = case(&sigstore, "format: [cyclonedx, spdx]").bundle(&bundle).report();
        assert_eq!(report.verdict, portcullis_component::wit::basics::Verdict::Deny);
        report.rules[0].findings[0].clone()
    };
    assert_eq!(
        denied(SPDX, cyclonedx(&["pkg:npm/a@1.0.0"])).class,
        ResultClass::PredicateMalformed
    );
    assert_eq!(
        denied(SPDX, json!("SPDXVersion: SPDX-2.3")).class,
        ResultClass::PredicateMalformed
    );
    assert_eq!(denied(CYCLONEDX, cyclonedx(&[])).id, "no-packages");
    let version_3 = json!({ "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [] });
    assert!(denied(SPDX, version_3).found.contains("SPDX 3.0.1"));
}

#[test]
fn the_image_inside() {
    let sigstore = Sigstore::new();
    let of = |digest: &str| {
        let mut document = cyclonedx(&["pkg:npm/a@1.0.0"]);
        let purl = format!("pkg:oci/app@{digest}");
        document["metadata"] = json!({ "component": { "type": "container", "name": "app", "purl": purl } });
        attested(&sigstore, CYCLONEDX, document, 0)
    };
    let required = case(&sigstore, "subject: required");
    required.clone().bundle(&of(image().digest())).allowed();
    let other = of(&format!("sha256:{}", "1".repeat(64)));
    let report = required.bundle(&other).report();
    assert_eq!(report.rules[0].findings[0].id, "subject");
    case(&sigstore, "subject: reported").bundle(&other).allowed();
}
