//! Keys of `rules`.

use super::base_image::BASE_IMAGE;
use super::licenses::LICENSES;
use super::provenance::PROVENANCE;
use super::sbom::SBOM;
use super::vulnerabilities::VULNERABILITIES;
use super::{
    DAY, DURATION, FREE, Group, Key, MODE, Mapping, NAME, PLATFORMS, Shape, Text, optional, required, reserved,
};

pub(super) static RULE: Mapping = Mapping {
    noun: "a rule",
    keys: &[
        optional("signature", Shape::Mapping(&SIGNATURE), "The image is signed."),
        optional(
            "attestation",
            Shape::Mapping(&ATTESTATION),
            "There is a statement of a type.",
        ),
        optional(
            "base-image",
            Shape::Mapping(&BASE_IMAGE),
            "What it was built on is allowed, signed, and young enough.",
        ),
        optional(
            "provenance",
            Shape::Mapping(&PROVENANCE),
            "Who built it, by which instructions, from what.",
        ),
        optional(
            "sbom",
            Shape::Mapping(&SBOM),
            "There is an SBOM, and it lists what it should.",
        ),
        optional(
            "vulnerabilities",
            Shape::Mapping(&VULNERABILITIES),
            "What a scan of the image may have found.",
        ),
        optional(
            "licenses",
            Shape::Mapping(&LICENSES),
            "Every package has a licence that is admitted.",
        ),
        optional(
            "expression",
            Shape::Mapping(&EXPRESSION),
            "All statements together satisfy a condition.",
        ),
        optional(
            "attestations",
            Shape::Mapping(&ATTESTATIONS),
            "Every attestation, or one of each type, is by whom the policy names; an image without any is not judged.",
        ),
        optional(
            "severity",
            Shape::Word(&["critical", "high", "medium", "low"]),
            "How its findings are shown: critical and high (default) as errors, medium as warnings, low as notices.",
        ),
        optional("remediation", FREE, "What to do about it, for the reader of a finding."),
        optional(
            "mode",
            MODE,
            "`inform`: the same findings, as warnings, whatever the entries of `images` say.",
        ),
        optional(
            "platforms",
            PLATFORMS,
            "What must satisfy it; where an entry of `images` says something too, both hold.",
        ),
        optional("enforce-from", DAY, "Until this day it informs."),
        reserved("exceptions"),
    ],
    shared: &[],
    groups: &[Group::ExactlyOne(&[
        "signature",
        "provenance",
        "sbom",
        "vulnerabilities",
        "licenses",
        "attestation",
        "attestations",
        "base-image",
        "expression",
    ])],
};

pub(super) const BY: Shape = Shape::Either(&[NAME, Shape::Mapping(&SIGNER_SET)]);

/// What every rule about attestations says of the evidence that counts.
pub(super) static DEMAND: [Key; 4] = [
    required("by", BY, "Who must have made it."),
    optional(
        "select",
        Shape::Word(&["any", "latest", "all"]),
        "Which of several must satisfy the rule; `latest` and `all` need `max-age`.",
    ),
    optional("max-age", DURATION, "How old it may be: `14d`, `12h`, `90m`."),
    optional(
        "dated-by",
        Shape::Word(&["proof", "payload"]),
        "Where its age comes from: what was proven (default), or the signed document's own date.",
    ),
];

static ATTESTATION: Mapping = Mapping {
    noun: "an `attestation` rule",
    keys: &[
        required(
            "type",
            Shape::Either(&[FREE, Shape::List(&FREE)]),
            "A predicate type, or several: a built-in name, one of `types`, or a URI.",
        ),
        optional(
            "where",
            FREE,
            "A condition on the statement, in CEL (docs/rules/attestation.md).",
        ),
        optional(
            "rego",
            Shape::Either(&[FREE, Shape::Mapping(&REGO)]),
            "A policy in Rego, as `cosign verify-attestation --policy` takes it: a path from the policy, or a path and its digest.",
        ),
    ],
    shared: &DEMAND,
    groups: &[],
};

static EXPRESSION: Mapping = Mapping {
    noun: "an `expression` rule",
    keys: &[
        required(
            "needs",
            Shape::List(&FREE),
            "Predicate types, of each of which there must be a statement; the condition sees these and no others.",
        ),
        required("by", BY, "Whose statements it is about."),
        required(
            "max-age",
            DURATION,
            "Older statements are left out: `14d`, `12h`, `90m`.",
        ),
        required(
            "where",
            FREE,
            "A condition on `statements`, in CEL (docs/rules/expression.md).",
        ),
    ],
    shared: &[],
    groups: &[],
};

static ATTESTATIONS: Mapping = Mapping {
    noun: "an `attestations` rule",
    keys: &[
        required("by", BY, "Who must have made them."),
        optional(
            "types",
            Shape::List(&FREE),
            "Of each of these types there must be one; without it every attestation that is found is meant.",
        ),
    ],
    shared: &[],
    groups: &[],
};

static REGO: Mapping = Mapping {
    noun: "`rego`",
    keys: &[
        required("file", FREE, "A policy in Rego, by its path from the policy."),
        optional("sha256", Shape::Text(Text::Sha256), "SHA-256 of the file."),
    ],
    shared: &[],
    groups: &[],
};

static SIGNATURE: Mapping = Mapping {
    noun: "a `signature` rule",
    keys: &[
        required("by", BY, "Who must have signed."),
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
    shared: &[],
    groups: &[],
};

pub(super) static SIGNER_SET: Mapping = Mapping {
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
    shared: &[],
    groups: &[
        Group::ExactlyOne(&["any-of", "all-of", "at-least"]),
        Group::Together(&["at-least", "of"]),
    ],
};
