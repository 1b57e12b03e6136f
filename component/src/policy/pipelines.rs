//! `buildkite:`, `circleci:`, `google:` and `email:` — what Fulcio certifies of them.

use super::faults::quoted;
use super::lower::Lower;
use super::structured::place_of;
use super::tree::Node;
use crate::signer::{Buildkite, Circleci, GOOGLE_ISSUER, Keyless, TextMatch, triggers};

const SERVICE_ACCOUNT: &str = ".gserviceaccount.com";

impl Lower<'_> {
    pub fn buildkite(&mut self, node: &Node) -> Option<Buildkite> {
        let pipeline = self.glob(node, "pipeline")?;
        let place = place_of(node, "pipeline");
        if pipeline.length().is_some_and(|length| length != 2) {
            let message = format!("{} can match no pipeline", quoted(pipeline.as_str()));
            self.faults.error_with_hint(
                place,
                message,
                "`organization/pipeline`, without `https://buildkite.com/`",
            );
            return None;
        }
        if pipeline.is_anything() {
            self.faults
                .error_with_hint(place, "this signer accepts anyone on Buildkite", "fix the organization");
            return None;
        }
        if pipeline.may_match_other_owner() {
            self.warn_other_owner(place, &pipeline);
        }
        let message = "any branch of the pipeline may sign: Buildkite's certificates name none";
        self.faults.warning(
            place,
            message,
            "sign in a pipeline that runs for protected branches alone",
        );
        Some(Buildkite {
            pipeline,
            triggers: self.triggers(node, triggers::BUILDKITE_DEFAULT),
            runner: self.text(node, "runner"),
        })
    }

    pub fn circleci(&mut self, node: &Node) -> Option<Circleci> {
        let organization = self.identifier(node, "organization");
        let project = self.identifier(node, "project");
        let pipeline_definition = self.identifier(node, "pipeline-definition");
        let reference = self.reference(node, "ref");
        if node.get("ref").is_none() {
            self.warn_any_ref(node.place);
        }
        Some(Circleci {
            pipeline_definition,
            repository: self.text(node, "repository"),
            reference,
            organization: organization?,
            project: project?,
        })
    }

    /// A UUID, lower case.
    fn identifier(&mut self, node: &Node, key: &str) -> Option<String> {
        let word = self.field(node, key)?;
        let lengths = word.text.split('-').map(str::len);
        let digits = |c: char| c == '-' || c.is_ascii_digit() || matches!(c, 'a'..='f');
        if lengths.eq([8, 4, 4, 4, 12]) && word.text.chars().all(digits) {
            return Some(word.text.to_owned());
        }
        let message = format!("{} is no identifier of CircleCI", quoted(word.text));
        let hint = "`0a1b2c3d-0000-1111-2222-3333444455ff`, from the settings of organization or project";
        self.faults.error_with_hint(word.place, message, hint);
        None
    }

    pub fn google(&mut self, node: &Node) -> Option<Keyless> {
        let word = self.field(node, "service-account")?;
        if !word.text.ends_with(SERVICE_ACCOUNT) {
            let message = format!("{} is no service account", quoted(word.text));
            let hint = "`name@project.iam.gserviceaccount.com`; a person goes into `email`";
            self.faults.error_with_hint(word.place, message, hint);
            return None;
        }
        self.address(node, "service-account", GOOGLE_ISSUER)
    }

    pub fn email(&mut self, node: &Node) -> Option<Keyless> {
        let issuer = self.field(node, "issuer");
        self.address(node, "address", issuer?.text)
    }

    fn address(&mut self, node: &Node, key: &str, issuer: &str) -> Option<Keyless> {
        let word = self.field(node, key)?;
        let parts = word.text.split_once('@');
        let plain = |text: &str| {
            !text.is_empty() && !text.contains(['@', '*', '/', ':']) && !text.contains(char::is_whitespace)
        };
        if parts.is_none_or(|(local, domain)| !plain(local) || !plain(domain)) {
            let message = format!("{} is no e-mail address", quoted(word.text));
            let hint = "`alice@acme.example`, compared exactly; patterns go into `keyless`";
            self.faults.error_with_hint(word.place, message, hint);
            return None;
        }
        Some(Keyless {
            issuer: TextMatch::Exact(issuer.to_owned()),
            identity: TextMatch::Exact(word.text.to_owned()),
        })
    }
}
