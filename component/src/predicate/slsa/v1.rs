//! SLSA provenance v1 (slsa.dev/spec/v1.2/build-provenance).

use serde_json::Value;

use super::source::{Checkout, Source};
use super::{Material, Provenance, digests, materials};
use crate::predicate::{Malformed, field, object, optional, text, time};

/// GitHub's and, before it, slsa-github-generator's (github.com/actions/buildtypes,
/// github.com/slsa-framework/github-actions-buildtypes).
const GITHUB_WORKFLOW: [&str; 2] = [
    "https://actions.github.io/buildtypes/workflow/v1",
    "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1",
];

/// docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1
const GITLAB: &str = "https://docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1";

/// docs.docker.com/build/metadata/attestations/slsa-definitions
const BUILDKIT: &str = "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md";

/// cloud.google.com/build/gcb-buildtypes/google-worker/v1 and the community's form of it.
const CLOUD_BUILD: [&str; 2] = [
    "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1",
    "https://slsa-framework.github.io/gcb-buildtypes/triggered-build/v1",
];

pub(super) fn read(predicate: &Value) -> Result<Provenance<'_>, Malformed> {
    let (build_type, external_parameters, materials) = field(predicate, "buildDefinition", |definition| {
        Ok((
            field(definition, "buildType", text)?,
            field(definition, "externalParameters", Ok)?,
            materials(definition, "resolvedDependencies")?,
        ))
    })?;
    let source = source(build_type, external_parameters, &materials)
        .map_err(|error| error.under("externalParameters").under("buildDefinition"))?;
    let builder = field(predicate, "runDetails", |run| {
        field(run, "builder", |builder| field(builder, "id", text))
    })?;
    Ok(Provenance {
        builder,
        build_type,
        external_parameters,
        source,
        materials,
        invocation: predicate["runDetails"]["metadata"]["invocationId"].as_str(),
    })
}

pub(super) fn finished(predicate: &Value) -> Result<Option<i64>, Malformed> {
    let finished = field(predicate, "runDetails", |run| {
        optional(run, "metadata", |metadata| optional(metadata, "finishedOn", time))
    })?;
    Ok(finished.flatten())
}

/// `external` is `buildDefinition.externalParameters`.
fn source(build_type: &str, external: &Value, materials: &[Material<'_>]) -> Result<Source, Malformed> {
    let stated = if GITHUB_WORKFLOW.contains(&build_type) {
        Some(field(external, "workflow", repository)?)
    } else if build_type == GITLAB || is_gitlab_runner(build_type) {
        Some(Checkout::of(field(external, "source", text)?))
    } else if build_type == BUILDKIT {
        optional(external, "configSource", context)?.flatten()
    } else if CLOUD_BUILD.contains(&build_type) {
        match optional(external, "sourceToBuild", repository)? {
            None => optional(external, "buildConfigSource", repository)?,
            built => built,
        }
    } else {
        return Ok(Source::of_dependencies(materials));
    };
    Ok(stated.map_or(Source::Unstated, |stated| Source::Stated(stated.resolved(materials))))
}

/// Of GitLab's runner; the segment after `blob` is its version.
pub(super) fn is_gitlab_runner(build_type: &str) -> bool {
    build_type
        .strip_prefix("https://gitlab.com/gitlab-org/gitlab-runner/-/blob/")
        .and_then(|rest| rest.strip_suffix("/PROVENANCE.md"))
        .is_some_and(|version| !version.contains('/'))
}

fn repository(value: &Value) -> Result<Checkout, Malformed> {
    let checkout = Checkout::of(field(value, "repository", text)?);
    let reference = optional(value, "ref", text)?;
    let path = optional(value, "path", text)?;
    Ok(checkout.at(reference).by_workflow(path))
}

/// BuildKit's build context. Its `path` is a Dockerfile's, which is no workflow.
fn context(value: &Value) -> Result<Option<Checkout>, Malformed> {
    object(value)?;
    let Some(uri) = optional(value, "uri", text)?.filter(|uri| !uri.is_empty()) else {
        return Ok(None);
    };
    let digests = digests(value)?;
    Ok(Some(Checkout::of_material(&Material { uri, digests })))
}
