//! Keys of signers that Fulcio knows by more than their subject (fulcio docs/oid-info.md).

use super::{FREE, GLOB, Group, Key, Mapping, Shape, Status, Text, optional, required};
use crate::signer::triggers;

pub(super) static GITHUB: Mapping = Mapping {
    noun: "a `github` signer",
    keys: &[
        required("repository", GLOB, "`owner/repository` of the source."),
        required(
            "workflow",
            GLOB,
            "Whose workflow signed: `owner/repository/.github/workflows/file.yml`.",
        ),
        optional(
            "ref",
            GLOB,
            "Ref of the source, such as `refs/tags/v*`; `\"**\"` for any.",
        ),
        optional(
            "environment",
            GLOB,
            "Deployment environment of the job; can stand for `ref`.",
        ),
        optional(
            "workflow-ref",
            GLOB,
            "Ref of the workflow itself, such as `refs/tags/v1`.",
        ),
        optional(
            "workflow-digest",
            Shape::Text(Text::CommitDigest),
            "Commit of the workflow itself.",
        ),
        optional(
            "triggers",
            Shape::List(&Shape::Word(triggers::GITHUB)),
            "Events that may start the run; `[push, release, workflow_dispatch, schedule]` when it is not there.",
        ),
        optional(
            "runner",
            Shape::Word(&["github-hosted", "self-hosted"]),
            "Where the job ran.",
        ),
        optional(
            "visibility",
            Shape::Word(&["public", "private", "internal"]),
            "Visibility of the source repository when it signed.",
        ),
        optional(
            "repository-id",
            Shape::Text(Text::Digits),
            "The source repository's number, which a renamed one keeps.",
        ),
        optional(
            "owner-id",
            Shape::Text(Text::Digits),
            "The number of the source repository's owner.",
        ),
        optional(
            "issuer",
            Shape::Text(Text::HttpsUrl),
            "An enterprise's issuer, or that of a GitHub server of your own; \
             `https://token.actions.githubusercontent.com` when it is not there.",
        ),
        refused(
            "ref-protected",
            "certificates do not say whether a ref is protected, so this could never be proven",
        ),
        refused(
            "actor",
            "certificates do not say who started the run, so this could never be proven",
        ),
    ],
    shared: &[],
    groups: &[Group::AtLeastOne(&["ref", "environment"])],
};

pub(super) static GITLAB: Mapping = Mapping {
    noun: "a `gitlab` signer",
    keys: &[
        required("project", GLOB, "Path of the project, such as `group/project`."),
        required(
            "ref",
            GLOB,
            "Ref of the source, such as `refs/heads/main`; `\"**\"` for any.",
        ),
        optional(
            "triggers",
            Shape::List(&Shape::Word(triggers::GITLAB)),
            "Pipeline sources that may start the run; `[push, schedule, web, api]` when it is not there.",
        ),
        optional(
            "issuer",
            Shape::Text(Text::HttpsUrl),
            "A GitLab of your own; `https://gitlab.com` when it is not there.",
        ),
        optional(
            "config",
            FREE,
            "The CI configuration that ran, exactly: `group/project//.gitlab-ci.yml`.",
        ),
        optional("config-ref", GLOB, "Ref of the CI configuration."),
        optional(
            "config-digest",
            Shape::Text(Text::CommitDigest),
            "Commit of the CI configuration.",
        ),
        optional("environment", GLOB, "Deployment environment of the job."),
        optional(
            "runner",
            Shape::Word(&["gitlab-hosted", "self-hosted"]),
            "Where the job ran.",
        ),
        optional(
            "visibility",
            Shape::Word(&["public", "private", "internal"]),
            "Visibility of the project when it signed.",
        ),
        optional(
            "project-id",
            Shape::Text(Text::Digits),
            "The project's number, which a renamed one keeps.",
        ),
        optional(
            "namespace-id",
            Shape::Text(Text::Digits),
            "The number of the group or user that has the project.",
        ),
        refused(
            "ref-protected",
            "certificates do not say whether a ref is protected, so this could never be proven",
        ),
        refused(
            "user",
            "certificates do not say who started the pipeline, so this could never be proven",
        ),
    ],
    shared: &[],
    groups: &[],
};

pub(super) static BUILDKITE: Mapping = Mapping {
    noun: "a `buildkite` signer",
    keys: &[
        required("pipeline", GLOB, "`organization/pipeline`."),
        optional(
            "triggers",
            Shape::List(&Shape::Word(triggers::BUILDKITE)),
            "What may start the build; `[api, schedule, ui, webhook]` when it is not there.",
        ),
        optional(
            "runner",
            Shape::Word(&["buildkite-hosted", "self-hosted"]),
            "Where the job ran.",
        ),
        refused(
            "ref",
            "Buildkite's certificates name no branch, so this could never be proven",
        ),
        refused(
            "repository",
            "Buildkite's certificates name no repository, so this could never be proven",
        ),
    ],
    shared: &[],
    groups: &[],
};

pub(super) static CIRCLECI: Mapping = Mapping {
    noun: "a `circleci` signer",
    keys: &[
        required("organization", FREE, "The organization's identifier."),
        required("project", FREE, "The project's identifier."),
        optional("pipeline-definition", FREE, "The pipeline definition's identifier."),
        optional(
            "repository",
            FREE,
            "The source repository, exactly as CircleCI names it.",
        ),
        optional("ref", GLOB, "Ref of the source, such as `refs/heads/main`."),
        refused(
            "triggers",
            "CircleCI's certificates do not say what started the pipeline, so this could never be proven",
        ),
    ],
    shared: &[],
    groups: &[],
};

pub(super) static GOOGLE: Mapping = Mapping {
    noun: "a `google` signer",
    keys: &[required(
        "service-account",
        FREE,
        "`name@project.iam.gserviceaccount.com`.",
    )],
    shared: &[],
    groups: &[],
};

pub(super) static EMAIL: Mapping = Mapping {
    noun: "an `email` signer",
    keys: &[
        required("address", FREE, "The e-mail address, exactly."),
        required(
            "issuer",
            Shape::Text(Text::HttpsUrl),
            "Who vouches for the address, such as `https://accounts.google.com`.",
        ),
    ],
    shared: &[],
    groups: &[],
};

/// Keys that Fulcio certifies nothing for.
const fn refused(name: &'static str, reason: &'static str) -> Key {
    Key {
        name,
        shape: FREE,
        status: Status::Refused(reason),
        doc: "",
    }
}
