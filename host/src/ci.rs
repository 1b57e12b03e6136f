//! Which pipeline this is: the environment, read once into a value. Nothing else in the host reads it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::emit::Format;

/// The variables of the process. Text that is not Unicode is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Of this process.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// A variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// The pipeline that asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pipeline {
    /// or a server that speaks its commands: Gitea, Forgejo
    GitHub(GitHub),
    GitLab,
    Azure,
    TeamCity,
    Buildkite,
    /// reads JUnit; its log knows no commands
    Jenkins,
    /// the same
    CircleCi,
    /// a terminal, or a CI whose log commands are not spoken
    Other,
}

/// <https://docs.github.com/en/actions/reference/workflows-and-actions/variables>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitHub {
    /// `GITHUB_OUTPUT`: the file that takes the step's outputs
    pub output: Option<PathBuf>,
    /// `GITHUB_STEP_SUMMARY`: the file that takes the job summary
    pub step_summary: Option<PathBuf>,
    pub log: LogLevel,
}

/// How much the runner was asked to log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogLevel {
    #[default]
    Normal,
    /// `RUNNER_DEBUG=1`: somebody re-ran the job with debug logging
    Debug,
}

impl Pipeline {
    /// By the variable that each says to look for.
    pub fn detect(environment: &Environment) -> Self {
        let is = |name, value: &str| {
            environment
                .variable(name)
                .is_some_and(|found| found.eq_ignore_ascii_case(value))
        };
        let any = |name| environment.variable(name).is_some();
        match () {
            () if is("GITHUB_ACTIONS", "true") || is("GITEA_ACTIONS", "true") || is("FORGEJO_ACTIONS", "true") => {
                Self::GitHub(GitHub::from(environment))
            }
            () if is("GITLAB_CI", "true") => Self::GitLab,
            () if is("TF_BUILD", "true") => Self::Azure,
            () if any("TEAMCITY_VERSION") => Self::TeamCity,
            () if is("BUILDKITE", "true") => Self::Buildkite,
            () if any("JENKINS_URL") => Self::Jenkins,
            () if is("CIRCLECI", "true") => Self::CircleCi,
            () => Self::Other,
        }
    }

    /// What its log reads best.
    pub fn format(&self) -> Format {
        match self {
            Self::GitHub(_) => Format::GitHub,
            Self::GitLab => Format::GitLab,
            Self::Azure => Format::Azure,
            Self::TeamCity => Format::TeamCity,
            Self::Buildkite => Format::Buildkite,
            Self::Jenkins | Self::CircleCi | Self::Other => Format::Text,
        }
    }
}

impl From<&Environment> for GitHub {
    fn from(environment: &Environment) -> Self {
        Self {
            output: environment.variable("GITHUB_OUTPUT").map(PathBuf::from),
            step_summary: environment.variable("GITHUB_STEP_SUMMARY").map(PathBuf::from),
            log: match environment.variable("RUNNER_DEBUG") {
                Some("1") => LogLevel::Debug,
                _ => LogLevel::Normal,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn github_is_told_by_its_own_variable() {
        let environment = Environment::from_iter([
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_OUTPUT", "/tmp/out"),
            ("GITHUB_STEP_SUMMARY", ""),
            ("RUNNER_DEBUG", "1"),
        ]);
        let Pipeline::GitHub(github) = Pipeline::detect(&environment) else {
            panic!("not detected");
        };
        assert_eq!(github.output, Some(PathBuf::from("/tmp/out")));
        assert_eq!(github.step_summary, None);
        assert_eq!(github.log, LogLevel::Debug);
    }

    #[test]
    fn each_is_told_by_its_own_variable() {
        for (name, value, pipeline) in [
            ("GITEA_ACTIONS", "true", Pipeline::GitHub(GitHub::default())),
            ("FORGEJO_ACTIONS", "true", Pipeline::GitHub(GitHub::default())),
            ("GITLAB_CI", "true", Pipeline::GitLab),
            ("TF_BUILD", "True", Pipeline::Azure),
            ("TEAMCITY_VERSION", "2026.1 (build 1)", Pipeline::TeamCity),
            ("BUILDKITE", "true", Pipeline::Buildkite),
            ("JENKINS_URL", "https://ci.example/", Pipeline::Jenkins),
            ("CIRCLECI", "true", Pipeline::CircleCi),
            ("CI", "true", Pipeline::Other),
            ("GITHUB_ACTIONS", "false", Pipeline::Other),
        ] {
            assert_eq!(
                Pipeline::detect(&Environment::from_iter([(name, value)])),
                pipeline,
                "{name}"
            );
        }
        assert_eq!(Pipeline::detect(&Environment::default()), Pipeline::Other);
    }
}
