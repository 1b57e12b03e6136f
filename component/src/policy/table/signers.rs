//! Keys of `signers`.

use super::pipelines::{BUILDKITE, CIRCLECI, EMAIL, GITHUB, GITLAB, GOOGLE};
use super::{DAY, FREE, Group, Mapping, NAME, Shape, Text, optional};

pub(super) static SIGNER: Mapping = Mapping {
    noun: "a signer",
    keys: &[
        optional(
            "github",
            Shape::Mapping(&GITHUB),
            "A GitHub Actions workflow, by what the certificate claims of it.",
        ),
        optional(
            "gitlab",
            Shape::Mapping(&GITLAB),
            "A GitLab CI/CD pipeline, by what the certificate claims of it.",
        ),
        optional(
            "keyless",
            Shape::Mapping(&KEYLESS),
            "Any certificate of the trusted root, by issuer and identity.",
        ),
        optional(
            "key",
            Shape::Either(&[FREE, Shape::List(&Shape::Mapping(&PUBLIC_KEY))]),
            "A public key: a path from the policy, an inline PEM block, or a list of keys, any of which will do.",
        ),
        optional(
            "transparency-log",
            Shape::Mapping(&TRANSPARENCY_LOG),
            "What the proof must have of the transparency log.",
        ),
        optional(
            "ct-log",
            Shape::Mapping(&CT_LOG),
            "What the certificate must have of the certificate transparency log.",
        ),
        optional(
            "trust",
            NAME,
            "The entry of `trust` that this signer is proven under; needed when there are several.",
        ),
        optional(
            "certificate",
            Shape::Mapping(&CERTIFICATE),
            "A certificate by issuer and identity, pinned or with authorities of its own.",
        ),
        optional("google", Shape::Mapping(&GOOGLE), "A service account of Google Cloud."),
        optional("email", Shape::Mapping(&EMAIL), "A person, by an e-mail address."),
        optional("buildkite", Shape::Mapping(&BUILDKITE), "A pipeline of Buildkite."),
        optional("circleci", Shape::Mapping(&CIRCLECI), "A project of CircleCI."),
    ],
    shared: &[],
    groups: &[Group::ExactlyOne(&[
        "github",
        "gitlab",
        "keyless",
        "key",
        "certificate",
        "google",
        "email",
        "buildkite",
        "circleci",
    ])],
};

static KEYLESS: Mapping = Mapping {
    noun: "a `keyless` signer",
    keys: &[
        optional("issuer", FREE, "Issuer of the identity, exactly."),
        optional(
            "issuer-regexp",
            FREE,
            "Issuer of the identity as a regular expression, anchored at both ends.",
        ),
        optional(
            "identity",
            FREE,
            "Subject of the certificate, exactly: a URI, an e-mail address, or `user!domain`.",
        ),
        optional(
            "identity-regexp",
            FREE,
            "Subject of the certificate as a regular expression, anchored at both ends.",
        ),
    ],
    shared: &[],
    groups: &[
        Group::ExactlyOne(&["issuer", "issuer-regexp"]),
        Group::ExactlyOne(&["identity", "identity-regexp"]),
    ],
};

static CERTIFICATE: Mapping = Mapping {
    noun: "a `certificate` signer",
    keys: &[
        optional(
            "issuer",
            FREE,
            "Issuer of the identity, exactly; `none` where the certificate has no issuer extension.",
        ),
        optional(
            "issuer-regexp",
            FREE,
            "Issuer of the identity as a regular expression, anchored at both ends.",
        ),
        optional(
            "identity",
            FREE,
            "Subject alternative name of the certificate, exactly; `none` where it has none.",
        ),
        optional(
            "identity-regexp",
            FREE,
            "Subject alternative name of the certificate as a regular expression, anchored at both ends.",
        ),
        optional("leaf", PEM, "The one certificate that counts."),
        optional(
            "chain",
            PEM,
            "The authority that issues the certificate and those above it, in place of those of the trusted root.",
        ),
        optional(
            "anchor",
            Shape::Word(&["lowest", "any-below-root"]),
            "Which authorities of `chain` may issue: the one that issues no other of them (default), or each.",
        ),
    ],
    shared: &[],
    groups: &[
        Group::ExactlyOne(&["issuer", "issuer-regexp"]),
        Group::ExactlyOne(&["identity", "identity-regexp"]),
    ],
};

/// A path, PEM blocks, or either with what belongs to it.
const PEM: Shape = Shape::Either(&[FREE, Shape::Mapping(&PEM_SOURCE)]);

static PEM_SOURCE: Mapping = Mapping {
    noun: "a PEM source",
    keys: &[
        optional("file", FREE, "A PEM file by its path from the policy."),
        optional("pem", FREE, "The PEM blocks themselves."),
        optional("sha256", Shape::Text(Text::Sha256), "SHA-256 of the file."),
    ],
    shared: &[],
    groups: &[Group::ExactlyOne(&["file", "pem"])],
};

static PUBLIC_KEY: Mapping = Mapping {
    noun: "a key",
    keys: &[
        optional(
            "name",
            NAME,
            "For reports; the file's name without its last extension, or the signer's, when it is not there.",
        ),
        optional(
            "file",
            FREE,
            "A PEM file with one public key, by its path from the policy.",
        ),
        optional("pem", FREE, "One public key as a PEM block."),
        optional("sha256", Shape::Text(Text::Sha256), "SHA-256 of the file."),
        optional(
            "not-before",
            DAY,
            "The first day, UTC, that the key counts on: by the proven time, else by the time of the check.",
        ),
        optional("not-after", DAY, "The last day, UTC, that the key counts on."),
    ],
    shared: &[],
    groups: &[Group::ExactlyOne(&["file", "pem"])],
};

static CT_LOG: Mapping = Mapping {
    noun: "`ct-log`",
    keys: &[
        optional(
            "required",
            Shape::Boolean,
            "`false` does without the signed certificate timestamp (GitHub's own Sigstore has none); every report says so.",
        ),
        optional(
            "key",
            PEM,
            "The public key of the one CT log that counts, in place of those of the trusted root.",
        ),
    ],
    shared: &[],
    groups: &[Group::AtLeastOne(&["required", "key"])],
};

static TRANSPARENCY_LOG: Mapping = Mapping {
    noun: "`transparency-log`",
    keys: &[
        optional(
            "required",
            Shape::Boolean,
            "`false` does without the log; every report says so.",
        ),
        optional(
            "inclusion-proof",
            Shape::Word(&["required"]),
            "A promise of the log (SET) is not enough.",
        ),
        optional(
            "url",
            FREE,
            "The one log that counts: of those of the trusted root, or with `key` one of its own.",
        ),
        optional(
            "key",
            PEM,
            "The public key of the one log that counts, in place of those of the trusted root.",
        ),
        optional(
            "online",
            Shape::Word(&["never", "fallback", "always"]),
            "Whether an entry may be looked up in the log: `never`, when it is not there.",
        ),
    ],
    shared: &[],
    groups: &[Group::AtLeastOne(&[
        "required",
        "inclusion-proof",
        "url",
        "key",
        "online",
    ])],
};
