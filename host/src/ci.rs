//! Which pipeline this is: the environment, read once into a value. Nothing else in the host reads it.

use std::collections::BTreeMap;
use std::path::PathBuf;

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
    GitHub(GitHub),
    GitLab,
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
    pub fn detect(environment: &Environment) -> Self {
        if environment.variable("GITHUB_ACTIONS") == Some("true") {
            return Self::GitHub(GitHub::from(environment));
        }
        match environment.variable("GITLAB_CI") {
            Some("true") => Self::GitLab,
            _ => Self::Other,
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
    fn gitlab_and_others() {
        assert_eq!(
            Pipeline::detect(&Environment::from_iter([("GITLAB_CI", "true")])),
            Pipeline::GitLab
        );
        assert_eq!(
            Pipeline::detect(&Environment::from_iter([("CI", "true")])),
            Pipeline::Other
        );
        assert_eq!(Pipeline::detect(&Environment::default()), Pipeline::Other);
    }
}
