//! `github:` and `gitlab:` — conditions on what a certificate claims, and warnings where they are loose (meaning 5).

use super::faults::{Place, quoted};
use super::lower::{Lower, Word};
use super::tree::Node;
use crate::pattern::Glob;
use crate::signer::{GITHUB_ISSUER, GITHUB_SERVER, GITLAB_ISSUER, Github, Gitlab, triggers};

impl Lower<'_> {
    pub fn github(&mut self, node: &Node) -> Option<Github> {
        let repository = self.repository(node);
        let workflow = self.workflow(node);
        let digest = self
            .field(node, "workflow-digest")
            .and_then(|word| self.hexadecimal(word, &[40, 64]));
        let server = self.github_server(node);
        let (reference, environment) = (self.reference(node, "ref"), self.glob(node, "environment"));
        let (issuer, server) = server?;
        let github = Github {
            issuer,
            server,
            reference,
            environment,
            workflow_reference: self.reference(node, "workflow-ref"),
            workflow_digest: digest,
            triggers: self.triggers(node, triggers::GITHUB_DEFAULT),
            runner: self.text(node, "runner"),
            visibility: self.text(node, "visibility"),
            repository_id: self.digits(node, "repository-id"),
            owner_id: self.digits(node, "owner-id"),
            repository: repository?,
            workflow: workflow?,
        };
        self.judge_github(node, &github);
        Some(github)
    }

    /// GitHub's own issuer, an enterprise's under it, or that of a server of one's own: and the server whose names the
    /// certificates have.
    fn github_server(&mut self, node: &Node) -> Option<(String, String)> {
        let Some(word) = self.field(node, "issuer") else {
            return Some((GITHUB_ISSUER.to_owned(), GITHUB_SERVER.to_owned()));
        };
        let issuer = self.server(word)?;
        let host = issuer.trim_start_matches("https://");
        let server = match host.split_once('/') {
            _ if issuer == GITHUB_ISSUER => Some(GITHUB_SERVER.to_owned()),
            Some((_, slug))
                if issuer.strip_suffix(slug) == Some(&format!("{GITHUB_ISSUER}/")) && !slug.contains('/') =>
            {
                Some(GITHUB_SERVER.to_owned())
            }
            Some((host, "_services/token")) => Some(format!("https://{host}")),
            None => host
                .strip_prefix("token.actions.")
                .filter(|host| host.ends_with(".ghe.com"))
                .map(|host| format!("https://{host}")),
            _ => None,
        };
        if server.is_none() {
            let message = format!("{} is no issuer of GitHub Actions", quoted(word.text));
            let hint = format!(
                "`{GITHUB_ISSUER}/<enterprise>`, `https://token.actions.<name>.ghe.com`, or `https://<server>/_services/token`"
            );
            self.faults.error_with_hint(word.place, message, hint);
        }
        Some((issuer, server?))
    }

    fn repository(&mut self, node: &Node) -> Option<Glob> {
        let glob = self.glob(node, "repository")?;
        if glob.length().is_some_and(|length| length != 2) {
            let message = format!("{} can match no repository", quoted(glob.as_str()));
            self.faults.error_with_hint(
                place_of(node, "repository"),
                message,
                "`owner/repository`, without `https://github.com/`",
            );
            return None;
        }
        Some(glob)
    }

    fn workflow(&mut self, node: &Node) -> Option<Glob> {
        let glob = self.glob(node, "workflow")?;
        let place = place_of(node, "workflow");
        let message = format!("{} can match no workflow", quoted(glob.as_str()));
        if glob.as_str().contains("@refs") {
            self.faults
                .error_with_hint(place, message, "the workflow's own ref goes into `workflow-ref`");
            return None;
        }
        if glob.length().is_some_and(|length| length != 5) {
            self.faults
                .error_with_hint(place, message, "`owner/repository/.github/workflows/file.yml`");
            return None;
        }
        Some(glob)
    }

    /// A ref in full, or a pattern that begins with `**`.
    pub fn reference(&mut self, node: &Node, key: &str) -> Option<Glob> {
        let glob = self.glob(node, key)?;
        let first = glob.segments().next().unwrap_or_default();
        if matches!(first, "refs" | "**") {
            return Some(glob);
        }
        let message = format!("{} can match no ref", quoted(glob.as_str()));
        self.faults.error_with_hint(
            place_of(node, key),
            message,
            format!("`refs/heads/{glob}` or `refs/tags/{glob}`; `\"**\"` for any"),
        );
        None
    }

    pub fn triggers(&mut self, node: &Node, default: &[&str]) -> Vec<String> {
        let Some(list) = node.get("triggers") else {
            return default.iter().map(|&word| word.to_owned()).collect();
        };
        let words = self.words(list);
        for word in words
            .iter()
            .filter(|word| triggers::OPEN_TO_STRANGERS.contains(&word.text))
        {
            let message = format!("`{}` lets runs sign that others can start or write", word.text);
            self.faults.warning(
                word.place,
                message,
                "such runs have the same repository, workflow and ref as a release",
            );
        }
        words.iter().map(|word| word.text.to_owned()).collect()
    }

    fn judge_github(&mut self, node: &Node, github: &Github) {
        let owned = github.repository_id.is_some() || github.owner_id.is_some();
        let any_owner = |glob: &Glob| glob.segments().next().is_some_and(|owner| matches!(owner, "*" | "**"));
        if any_owner(&github.repository) && any_owner(&github.workflow) && !owned {
            let hint = "fix the owner: `repository: owner/*`, or give `owner-id`";
            self.faults.error_with_hint(
                place_of(node, "repository"),
                "this signer accepts anyone on GitHub",
                hint,
            );
            return;
        }
        if github.repository.may_match_other_owner() && !owned {
            self.warn_other_owner(place_of(node, "repository"), &github.repository);
        }
        if github.workflow.may_match_other_owner() {
            self.warn_other_owner(place_of(node, "workflow"), &github.workflow);
        }
        if github.reference.as_ref().is_some_and(is_any_ref) && github.environment.is_none() {
            self.warn_any_ref(place_of(node, "ref"));
        }
        let foreign = !github.repository.segments().eq(github.workflow.segments().take(2));
        if foreign && github.workflow_reference.is_none() && github.workflow_digest.is_none() {
            let message = format!(
                "any ref of {} counts, also a branch that somebody pushes there",
                quoted(github.workflow.as_str())
            );
            self.faults.warning(
                place_of(node, "workflow"),
                message,
                "the workflow lives in another repository: give `workflow-ref` or `workflow-digest`",
            );
        }
    }

    pub fn gitlab(&mut self, node: &Node) -> Option<Gitlab> {
        let issuer = match self.field(node, "issuer") {
            Some(word) => self.server(word),
            None => Some(GITLAB_ISSUER.to_owned()),
        };
        let project = self.project(node);
        let config_digest = self
            .field(node, "config-digest")
            .and_then(|word| self.hexadecimal(word, &[40, 64]));
        let gitlab = Gitlab {
            config: self.configuration(node),
            config_reference: self.reference(node, "config-ref"),
            config_digest,
            environment: self.glob(node, "environment"),
            runner: self.text(node, "runner"),
            visibility: self.text(node, "visibility"),
            project_id: self.digits(node, "project-id"),
            namespace_id: self.digits(node, "namespace-id"),
            reference: self.reference(node, "ref")?,
            triggers: self.triggers(node, triggers::GITLAB_DEFAULT),
            issuer: issuer?,
            project: project?,
        };
        if is_any_ref(&gitlab.reference) {
            self.warn_any_ref(place_of(node, "ref"));
        }
        Some(gitlab)
    }

    fn configuration(&mut self, node: &Node) -> Option<String> {
        let word = self.field(node, "config")?;
        let parts = word.text.split_once("//");
        let good = parts.is_some_and(|(project, path)| project.contains('/') && !path.is_empty());
        if good && !word.text.contains(['@', '*', ':']) {
            return Some(word.text.to_owned());
        }
        let message = format!("{} can be no CI configuration", quoted(word.text));
        self.faults.error_with_hint(
            word.place,
            message,
            "`group/project//.gitlab-ci.yml`, compared exactly; its ref goes into `config-ref`",
        );
        None
    }

    fn project(&mut self, node: &Node) -> Option<Glob> {
        let glob = self.glob(node, "project")?;
        let place = place_of(node, "project");
        if glob.length() == Some(1) || glob.as_str().contains(':') {
            let message = format!("{} can match no project", quoted(glob.as_str()));
            self.faults.error_with_hint(
                place,
                message,
                "the project's path, `group/project`, without `https://gitlab.com/`",
            );
            return None;
        }
        if glob.is_anything() {
            self.faults.error_with_hint(
                place,
                "this signer accepts anyone on this GitLab",
                "fix the group: `project: group/**`",
            );
            return None;
        }
        if glob.may_match_other_owner() {
            self.warn_other_owner(place, &glob);
        }
        Some(glob)
    }

    /// An address that claims begin with.
    fn server(&mut self, word: Word) -> Option<String> {
        let host = word.text.strip_prefix("https://").unwrap_or_default();
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | '/' | '_');
        if !host.is_empty() && !host.ends_with('/') && !host.starts_with('/') && host.chars().all(good) {
            return Some(word.text.to_owned());
        }
        let message = format!("{} is no server", quoted(word.text));
        self.faults.error_with_hint(
            word.place,
            message,
            "`https://gitlab.example`, lower case, without `/` at the end",
        );
        None
    }

    pub fn warn_other_owner(&mut self, place: Place, glob: &Glob) {
        let message = format!("{} could match another owner", quoted(glob.as_str()));
        self.faults.warning(place, message, "write the owner out");
    }

    pub fn warn_any_ref(&mut self, place: Place) {
        self.faults.warning(
            place,
            "any branch or tag may sign",
            "name the refs that are protected, such as `refs/tags/v*`",
        );
    }
}

fn is_any_ref(glob: &Glob) -> bool {
    glob.segments().all(|segment| matches!(segment, "refs" | "*" | "**"))
}

pub(super) fn place_of(node: &Node, key: &str) -> Place {
    node.get(key).map_or(node.place, |value| value.place)
}
