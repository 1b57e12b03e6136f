//! SLSA provenance v0.2 (slsa.dev/spec/v0.2/provenance).

use serde_json::Value;

use super::source::{Checkout, Source};
use super::v1::is_gitlab_runner;
use super::{Material, Provenance, digests, materials};
use crate::predicate::{Malformed, field, optional, text, time};

/// slsa-github-generator's, such as `…/generic@v1` (its PROVENANCE_FORMAT.md): `configSource` is the calling workflow's.
const GITHUB_GENERATOR: &str = "https://github.com/slsa-framework/slsa-github-generator/";

/// docs.docker.com/build/metadata/attestations/slsa-definitions
const BUILDKIT: &str = "https://mobyproject.org/buildkit@v1";

pub(super) fn read(predicate: &Value) -> Result<Provenance<'_>, Malformed> {
    let builder = field(predicate, "builder", |builder| field(builder, "id", text))?;
    let build_type = field(predicate, "buildType", text)?;
    let materials = materials(predicate, "materials")?;
    let stated = optional(predicate, "invocation", |invocation| {
        optional(invocation, "configSource", |config| config_source(build_type, config))
    })?;
    let source = if is_known(build_type) {
        let stated = stated.flatten().flatten();
        stated.map_or(Source::Unstated, |stated| Source::Stated(stated.resolved(&materials)))
    } else {
        Source::of_dependencies(&materials)
    };
    Ok(Provenance {
        builder,
        build_type,
        external_parameters: &predicate["invocation"]["parameters"],
        source,
        materials,
        invocation: predicate["metadata"]["buildInvocationId"].as_str(),
    })
}

pub(super) fn finished(predicate: &Value) -> Result<Option<i64>, Malformed> {
    let finished = optional(predicate, "metadata", |metadata| {
        optional(metadata, "buildFinishedOn", time)
    })?;
    Ok(finished.flatten())
}

fn is_known(build_type: &str) -> bool {
    build_type.starts_with(GITHUB_GENERATOR) || build_type == BUILDKIT || is_gitlab_runner(build_type)
}

/// The entry point is a workflow's path where GitHub runs it; a Dockerfile's or a job's name elsewhere.
fn config_source(build_type: &str, config: &Value) -> Result<Option<Checkout>, Malformed> {
    if !is_known(build_type) {
        return Ok(None);
    }
    let Some(uri) = optional(config, "uri", text)?.filter(|uri| !uri.is_empty()) else {
        return Ok(None);
    };
    let digests = digests(config)?;
    let checkout = Checkout::of_material(&Material { uri, digests });
    if !build_type.starts_with(GITHUB_GENERATOR) {
        return Ok(Some(checkout));
    }
    let path = optional(config, "entryPoint", text)?;
    Ok(Some(checkout.by_workflow(path)))
}
