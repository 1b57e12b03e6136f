//! Keys of a `provenance` rule.

use super::rules::DEMAND;
use super::{FREE, GLOB, Mapping, Shape, optional, required};

pub(crate) static PROVENANCE: Mapping = Mapping {
    noun: "a `provenance` rule",
    keys: &[
        optional(
            "builder",
            GLOB,
            "Id of the builder, exactly or as a glob. It must fit the certificate whether the rule names it or not.",
        ),
        optional(
            "source",
            GLOB,
            "URL of the source's repository, exactly or as a glob, without `git+`, `.git` and ref.",
        ),
        optional(
            "ref",
            GLOB,
            "Branch or tag of the source in full, such as `refs/tags/v*`.",
        ),
        optional("revision", FREE, "Digest of the source's commit."),
        optional(
            "workflow",
            GLOB,
            "Path of the workflow in the source's repository, such as `.github/workflows/release.yml`.",
        ),
        optional("build-type", FREE, "The build type's URI, exactly."),
        optional(
            "external-parameters",
            Shape::Texts,
            "JSON pointers into the external parameters, and the value that must be there.",
        ),
        optional(
            "materials",
            Shape::List(&Shape::Mapping(&MATERIAL)),
            "Each must be among the resolved dependencies (materials).",
        ),
        optional(
            "level",
            Shape::Count,
            "The least level of SLSA's build track, 1 to 3, that the builder is known to reach.",
        ),
        optional(
            "builders",
            Shape::Texts,
            "Builders (ids or globs) and the level that each reaches, beside those that the program knows.",
        ),
    ],
    shared: &DEMAND,
    groups: &[],
};

static MATERIAL: Mapping = Mapping {
    noun: "a material",
    keys: &[
        required("uri", GLOB, "Its URI, exactly or as a glob."),
        optional("digest", FREE, "Its digest: `sha256:…`, `gitCommit:…`."),
    ],
    shared: &[],
    groups: &[],
};
