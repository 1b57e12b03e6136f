//! Every key that a policy can have, as data: the one table behind the check of a document's shape ([`super::shape`]), its
//! errors ("not supported yet", "did you mean") and the JSON Schema ([`super::schema`]).

use crate::signer::triggers;

/// A mapping with known keys.
#[derive(Debug)]
pub(crate) struct Mapping {
    /// For messages: "a signer".
    pub noun: &'static str,
    pub keys: &'static [Key],
    pub groups: &'static [Group],
}

#[derive(Debug)]
pub(crate) struct Key {
    pub name: &'static str,
    pub shape: Shape,
    pub status: Status,
    pub doc: &'static str,
}

#[derive(Debug)]
pub(crate) enum Status {
    Required,
    Optional,
    /// Has a meaning already (docs/policy.md), but this version cannot hold it: refused, never ignored.
    Reserved,
    /// Will never be supported; the text says why.
    Refused(&'static str),
}

/// What must be there together.
#[derive(Debug)]
pub(crate) enum Group {
    ExactlyOne(&'static [&'static str]),
    AtLeastOne(&'static [&'static str]),
    Together(&'static [&'static str]),
}

#[derive(Debug)]
pub(crate) enum Shape {
    Version,
    Boolean,
    Count,
    Text(Text),
    Word(&'static [&'static str]),
    /// At least one entry.
    List(&'static Shape),
    Mapping(&'static Mapping),
    /// Names of the user's choice, at least one.
    Named(&'static Shape),
    /// Texts under texts, at least one.
    Texts,
    /// Told apart by being a single value, a list or a mapping.
    Either(&'static [Shape]),
}

/// What a text must look like; the lowering parses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    Free,
    Name,
    Glob,
    Sha256,
    Digits,
    CommitDigest,
    HttpsUrl,
    Platform,
}

const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        shape,
        status: Status::Required,
        doc,
    }
}

const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        shape,
        status: Status::Optional,
        doc,
    }
}

const fn reserved(name: &'static str) -> Key {
    Key {
        name,
        shape: Shape::Text(Text::Free),
        status: Status::Reserved,
        doc: "",
    }
}

const FREE: Shape = Shape::Text(Text::Free);
const NAME: Shape = Shape::Text(Text::Name);
const GLOB: Shape = Shape::Text(Text::Glob);

pub(crate) static POLICY: Mapping = Mapping {
    noun: "the policy",
    keys: &[
        required("version", Shape::Version, "Version of the format: 1."),
        optional(
            "signers",
            Shape::Named(&Shape::Mapping(&SIGNER)),
            "Named ways to recognise who signed.",
        ),
        optional(
            "trust",
            Shape::List(&Shape::Either(&[
                Shape::Word(&WELL_KNOWN_ROOTS),
                Shape::Mapping(&TRUST_FILE),
            ])),
            "Trusted roots that certificates, logs and timestamps are proven under; `[sigstore]` when it is not there.",
        ),
        optional(
            "rules",
            Shape::Named(&Shape::Mapping(&RULE)),
            "What must hold of an image.",
        ),
        optional(
            "images",
            Shape::List(&Shape::Mapping(&IMAGE)),
            "Which rules hold for which images; all entries that match apply.",
        ),
        optional(
            "unmatched",
            Shape::Word(&["deny", "inform"]),
            "An image that no entry matches: `deny` (default) or `inform`.",
        ),
        optional(
            "undecided",
            Shape::Word(&["block", "inform"]),
            "What could not be found out: `block` (default) or `inform`, which never covers a signature rule.",
        ),
        reserved("exceptions"),
        reserved("types"),
        reserved("check"),
        reserved("defaults"),
        reserved("extends"),
        reserved("mirrors"),
    ],
    groups: &[],
};

/// Trusted roots that the program brings.
pub(crate) static WELL_KNOWN_ROOTS: [&str; 3] = ["sigstore", "github", "sigstore-staging"];

static TRUST_FILE: Mapping = Mapping {
    noun: "a trusted root",
    keys: &[
        optional(
            "name",
            NAME,
            "The name that signers and reports use; the file's name without its last extension when it is not there.",
        ),
        required("file", FREE, "A `trusted_root.json`, by its path from the policy."),
        optional("sha256", Shape::Text(Text::Sha256), "SHA-256 of the file."),
        reserved("max-age"),
    ],
    groups: &[],
};

static SIGNER: Mapping = Mapping {
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
        reserved("certificate"),
        reserved("google"),
        reserved("email"),
    ],
    groups: &[Group::ExactlyOne(&[
        "github",
        "gitlab",
        "keyless",
        "key",
        "certificate",
        "google",
        "email",
    ])],
};

static GITHUB: Mapping = Mapping {
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
        reserved("issuer"),
    ],
    groups: &[Group::AtLeastOne(&["ref", "environment"])],
};

static GITLAB: Mapping = Mapping {
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
        Key {
            name: "ref-protected",
            shape: Shape::Boolean,
            status: Status::Refused(
                "certificates do not say whether a ref is protected, so this could never be proven",
            ),
            doc: "",
        },
        reserved("config"),
        reserved("config-ref"),
        reserved("config-digest"),
        reserved("environment"),
        reserved("runner"),
        reserved("visibility"),
        reserved("project-id"),
        reserved("namespace-id"),
    ],
    groups: &[],
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
    groups: &[
        Group::ExactlyOne(&["issuer", "issuer-regexp"]),
        Group::ExactlyOne(&["identity", "identity-regexp"]),
    ],
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
        reserved("not-before"),
        reserved("not-after"),
    ],
    groups: &[Group::ExactlyOne(&["file", "pem"])],
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
        reserved("url"),
        reserved("key"),
        reserved("online"),
    ],
    groups: &[Group::AtLeastOne(&[
        "required",
        "inclusion-proof",
        "url",
        "key",
        "online",
    ])],
};

static CT_LOG: Mapping = Mapping {
    noun: "`ct-log`",
    keys: &[
        optional(
            "required",
            Shape::Boolean,
            "`false` does without the signed certificate timestamp (GitHub's own Sigstore has none); every report says so.",
        ),
        reserved("key"),
    ],
    groups: &[Group::AtLeastOne(&["required", "key"])],
};

static RULE: Mapping = Mapping {
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

static IMAGE: Mapping = Mapping {
    noun: "an entry of `images`",
    keys: &[
        required(
            "match",
            GLOB,
            "`registry/repository`, normalised; the tag is never part of it.",
        ),
        required(
            "rules",
            Shape::List(&NAME),
            "Rules that hold for these images, all of them.",
        ),
        optional(
            "platforms",
            Shape::Either(&[
                Shape::Word(&["index", "every", "index-or-every"]),
                Shape::List(&Shape::Text(Text::Platform)),
            ]),
            "What must satisfy the rules: `index` (default: what the reference names), `every`, `index-or-every`, or platforms.",
        ),
        optional(
            "mode",
            Shape::Word(&["enforce", "inform"]),
            "`enforce` (default) or `inform`: the same findings, as warnings.",
        ),
    ],
    groups: &[],
};
