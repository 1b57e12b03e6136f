//! What of a policy makes the gate let through more, or believe more, than its defaults would: shown in every report.

use super::tree::Node;
use super::{Check, Policy, RuleKind};
use crate::chain::Anchors;
use crate::signer::{CtDemand, LogDemand, Recognises};
use crate::wit::basics::Mode;
use crate::wit::requirements::Weakening;

/// In the order of the policy's lines.
pub(crate) fn of(policy: &Policy, root: &Node) -> Vec<Weakening> {
    let mut found = Vec::new();
    for (key, effect) in [
        ("unmatched", "an image that no entry matches is not checked"),
        ("undecided", "what could not be found out does not stop the job"),
    ] {
        if let Some(node) = root.get(key).filter(|node| node.is_word("inform")) {
            found.push(weakening(node.place.line, format!("{key}: inform"), effect));
        }
    }
    for signer in policy.signers.values() {
        let name = &signer.name;
        if let LogDemand::Waived { line } = signer.log {
            let option = format!("transparency-log of signer {name}");
            found.push(weakening(
                line,
                option,
                "signatures need not be in the transparency log",
            ));
        }
        if let Recognises::Certificate(one) = &signer.recognises
            && one.chain.as_ref().is_some_and(|chain| chain.anchors == Anchors::Any)
        {
            let option = format!("anchor of signer {name}");
            let effect = "every authority of its chain may issue certificates";
            found.push(weakening(signer.line, option, effect));
        }
        if let CtDemand::Waived { line } = signer.ct {
            let option = format!("ct-log of signer {name}");
            found.push(weakening(line, option, "certificates need not be in the CT log"));
        }
    }
    for rule in policy.rules.values().filter(|rule| rule.mode == Some(Mode::Inform)) {
        found.push(weakening(
            rule.line,
            format!("mode of rule {}", rule.name),
            "its denials do not stop the job",
        ));
    }
    for rule in policy.rules.values() {
        if let RuleKind::Attested(_, Check::Vulnerabilities(one)) = &rule.kind {
            let of_rule = |(key, effect)| weakening(rule.line, format!("{key} of rule {}", rule.name), effect);
            found.extend(one.weakenings().into_iter().map(of_rule));
        }
    }
    for entry in policy.images.iter().filter(|entry| entry.mode == Mode::Inform) {
        let option = format!("mode of {}", entry.pattern);
        found.push(weakening(
            entry.line,
            option,
            "denials of these images do not stop the job",
        ));
    }
    found.sort_by_key(|one| one.line);
    found
}

fn weakening(line: u32, what: String, effect: &str) -> Weakening {
    Weakening {
        line,
        what,
        effect: effect.to_owned(),
    }
}
