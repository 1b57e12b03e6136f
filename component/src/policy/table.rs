//! Every key that a policy can have, as data: the one table behind the check of a document's shape ([`super::shape`]), its
//! errors ("not supported yet", "did you mean") and the JSON Schema ([`super::schema`]).

pub(crate) mod base_image;
pub(super) mod licenses;
mod pipelines;
pub(crate) mod provenance;
mod rules;
pub(super) mod sbom;
mod signers;
mod vulnerabilities;

use self::rules::RULE;
use self::signers::SIGNER;

/// A mapping with known keys.
#[derive(Debug)]
pub(crate) struct Mapping {
    /// For messages: "a signer".
    pub noun: &'static str,
    pub keys: &'static [Key],
    /// Keys that it has together with other mappings.
    pub shared: &'static [Key],
    pub groups: &'static [Group],
}

impl Mapping {
    pub fn all_keys(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().chain(self.shared)
    }
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
    /// A whole number of days, hours or minutes: `14d`, `12h`, `90m`.
    Duration,
    /// `2026-12-31`
    Day,
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

const PLATFORMS: Shape = Shape::Either(&[
    Shape::Word(&["index", "every", "index-or-every"]),
    Shape::List(&Shape::Text(Text::Platform)),
]);
const MODE: Shape = Shape::Word(&["enforce", "inform"]);
const DAY: Shape = Shape::Text(Text::Day);
const DURATION: Shape = Shape::Text(Text::Duration);

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
        optional(
            "exceptions",
            Shape::List(&Shape::Mapping(&EXCEPTION)),
            "Findings that are let through until a day, each with somebody who answers for it.",
        ),
        optional(
            "types",
            Shape::Texts,
            "Names of your own for predicate types, used by `type`, `needs` and `--type`.",
        ),
        optional(
            "check",
            Shape::List(&FREE),
            "Images that are checked when the command line names none.",
        ),
        reserved("defaults"),
        reserved("extends"),
        optional(
            "mirrors",
            Shape::List(&Shape::Mapping(&MIRROR)),
            "Images that are copies of others, and repositories that hold evidence about them.",
        ),
    ],
    shared: &[],
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
            "The name that signers and reports use; the file's name without its last extension when it is not there. Without a file: `sigstore`, `github` or `sigstore-staging`.",
        ),
        optional("file", FREE, "A `trusted_root.json`, by its path from the policy."),
        optional(
            "tuf",
            FREE,
            "In place of `file`: the initial `root.json` of a TUF repository, by its path; `portcullis trust update` fetches the rest.",
        ),
        optional("sha256", Shape::Text(Text::Sha256), "SHA-256 of the file."),
        optional(
            "max-age",
            DURATION,
            "For how long the root is believed after its last refresh, or after it was taken into this program; never of a `file`.",
        ),
    ],
    shared: &[],
    groups: &[],
};

static EXCEPTION: Mapping = Mapping {
    noun: "an exception",
    keys: &[
        required("rule", NAME, "The rule whose finding it lets through."),
        required(
            "image",
            GLOB,
            "`registry/repository`, a pattern of it, or `registry/repository@sha256:…`; a signature rule wants the digest.",
        ),
        required(
            "id",
            FREE,
            "What the finding is about, as the report names it: `CVE-2026-0001`, a package, a licence, or the finding's class.",
        ),
        optional(
            "aliases",
            Shape::List(&FREE),
            "Other identifiers that a report may list the same under.",
        ),
        required("owner", FREE, "Who answers for it."),
        required("reason", FREE, "Why it may pass."),
        optional("ticket", FREE, "Where it is followed up."),
        required("expires", DAY, "The last day it holds, UTC; at most 366 days ahead."),
    ],
    shared: &[],
    groups: &[],
};

static MIRROR: Mapping = Mapping {
    noun: "a mirror",
    keys: &[
        required(
            "origin",
            GLOB,
            "`registry/repository` that the rules know, with at most one `*` or `**`.",
        ),
        optional(
            "mirror",
            GLOB,
            "Where copies lie: judged as the origin, with what `*` or `**` stands for put into it. Without it the entry is about the origin itself.",
        ),
        optional(
            "evidence",
            Shape::Either(&[GLOB, Shape::List(&GLOB)]),
            "Repositories in which evidence is looked for too; `*` or `**` stands for the same as in `mirror`.",
        ),
    ],
    shared: &[],
    groups: &[Group::AtLeastOne(&["mirror", "evidence"])],
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
            PLATFORMS,
            "What must satisfy the rules: `index` (default: what the reference names), `every`, `index-or-every`, or platforms.",
        ),
        optional(
            "mode",
            MODE,
            "`enforce` (default) or `inform`: the same findings, as warnings.",
        ),
    ],
    shared: &[],
    groups: &[],
};
