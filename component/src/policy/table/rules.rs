//! Keys of `rules`.

use super::{FREE, Group, Mapping, NAME, Shape, optional, required, reserved};

pub(super) static RULE: Mapping = Mapping {
    noun: "a rule",
    keys: &[
        optional("signature", Shape::Mapping(&SIGNATURE), "The image is signed."),
        optional(
            "severity",
            Shape::Word(&["critical", "high", "medium", "low"]),
            "How its findings are shown: critical and high (default) as errors, medium as warnings, low as notices.",
        ),
        optional("remediation", FREE, "What to do about it, for the reader of a finding."),
        reserved("provenance"),
        reserved("sbom"),
        reserved("vulnerabilities"),
        reserved("licenses"),
        reserved("attestation"),
        reserved("base-image"),
        reserved("rego"),
        reserved("expression"),
        reserved("enforce-from"),
        reserved("exceptions"),
        reserved("exclude"),
        reserved("level"),
        reserved("mode"),
        reserved("platforms"),
    ],
    groups: &[Group::ExactlyOne(&[
        "signature",
        "provenance",
        "sbom",
        "vulnerabilities",
        "licenses",
        "attestation",
        "base-image",
        "rego",
        "expression",
    ])],
};

static SIGNATURE: Mapping = Mapping {
    noun: "a `signature` rule",
    keys: &[
        required(
            "by",
            Shape::Either(&[NAME, Shape::Mapping(&SIGNER_SET)]),
            "Who must have signed.",
        ),
        optional(
            "annotations",
            Shape::Texts,
            "Each must be in the signed bytes with this value.",
        ),
        optional(
            "docker-reference",
            Shape::Word(&["required", "reported"]),
            "Whether a simple signing payload must name this image: `reported` (default) or `required`.",
        ),
        optional(
            "forms",
            Shape::List(&Shape::Word(&["simple-signing", "statement", "message"])),
            "What counts as a signature; `[simple-signing, statement]` when it is not there.",
        ),
        reserved("select"),
        reserved("max-age"),
        reserved("dated-by"),
    ],
    groups: &[],
};

static SIGNER_SET: Mapping = Mapping {
    noun: "`by`",
    keys: &[
        optional("any-of", Shape::List(&NAME), "One of these signers."),
        optional("all-of", Shape::List(&NAME), "Each of these signers."),
        optional(
            "at-least",
            Shape::Count,
            "So many of the signers in `of`, each by a principal of its own.",
        ),
        optional("of", Shape::List(&NAME), "The signers that `at-least` counts."),
    ],
    groups: &[
        Group::ExactlyOne(&["any-of", "all-of", "at-least"]),
        Group::Together(&["at-least", "of"]),
    ],
};
