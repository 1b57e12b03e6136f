//! What can start a run, as the certificate's claim `.1.20` names it.

/// <https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows>
pub(crate) const GITHUB: &[&str] = &[
    "branch_protection_rule",
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "dynamic",
    "fork",
    "gollum",
    "image_version",
    "issue_comment",
    "issues",
    "label",
    "merge_group",
    "milestone",
    "page_build",
    "public",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
    "push",
    "registry_package",
    "release",
    "repository_dispatch",
    "schedule",
    "status",
    "watch",
    "workflow_dispatch",
    "workflow_run",
];

/// `pipeline_source`: <https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable>
pub(crate) const GITLAB: &[&str] = &[
    "api",
    "chat",
    "container_registry_push",
    "external",
    "external_pull_request_event",
    "merge_request_event",
    "ondemand_dast_scan",
    "ondemand_dast_validation",
    "parent_pipeline",
    "pipeline",
    "push",
    "schedule",
    "security_orchestration_policy",
    "trigger",
    "web",
    "webide",
];

/// `build.source`: <https://buildkite.com/docs/pipelines/configure/environment-variables#buildkite-source>
pub(crate) const BUILDKITE: &[&str] = &["api", "schedule", "trigger_job", "ui", "webhook"];

pub(crate) const GITHUB_DEFAULT: &[&str] = &["push", "release", "workflow_dispatch", "schedule"];
pub(crate) const BUILDKITE_DEFAULT: &[&str] = &["api", "schedule", "ui", "webhook"];
pub(crate) const GITLAB_DEFAULT: &[&str] = &["push", "schedule", "web", "api"];

/// Those that people without write access can start, or that run code which they wrote: `pull_request_target` and the like
/// have the same repository, workflow and ref as a release.
pub(crate) const OPEN_TO_STRANGERS: &[&str] = &[
    "check_run",
    "check_suite",
    "discussion",
    "discussion_comment",
    "external_pull_request_event",
    "fork",
    "issue_comment",
    "issues",
    "merge_request_event",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
    "watch",
    "workflow_run",
];
