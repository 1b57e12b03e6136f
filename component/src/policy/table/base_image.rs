//! Keys of a `base-image` rule.

use super::rules::BY;
use super::{DURATION, GLOB, Mapping, Shape, optional, required};

/// What an image was built on; `BENEATH` says the same of that one.
pub(crate) static BASE_IMAGE: Mapping = Mapping {
    noun: "a `base-image` rule",
    keys: &[
        optional(
            "from",
            Shape::Word(&["provenance", "annotations"]),
            "Who says what it was built on: `provenance` (default), or the annotations of its manifest, which nobody signs.",
        ),
        optional("by", BY, "Whose provenance counts; required with `from: provenance`."),
        optional(
            "select",
            Shape::Word(&["any", "latest", "all"]),
            "Which of several must satisfy the rule; `latest` and `all` need `max-age`.",
        ),
        optional(
            "max-age",
            DURATION,
            "How old the provenance may be: `14d`, `12h`, `90m`.",
        ),
        optional(
            "dated-by",
            Shape::Word(&["proof", "payload"]),
            "Where its age comes from: what was proven (default), or the end of the build.",
        ),
        required(
            "allowed",
            Shape::List(&GLOB),
            "Images that it may be built on, as `registry/repository` or globs.",
        ),
        optional("signed-by", BY, "Who must have signed each of them."),
        optional(
            "not-older-than",
            DURATION,
            "Each of them was created at most so long ago, by its own configuration.",
        ),
        optional(
            "built-on",
            Shape::Mapping(&BENEATH),
            "What each of them was built on, in turn.",
        ),
    ],
    shared: &[],
    groups: &[],
};

static BENEATH: Mapping = Mapping {
    noun: "`built-on`",
    keys: &[
        optional(
            "from",
            Shape::Word(&["provenance", "annotations"]),
            "Who says what the base image was built on: its provenance (default), or the annotations of its manifest.",
        ),
        optional("by", BY, "Whose provenance counts; required with `from: provenance`."),
        required(
            "allowed",
            Shape::List(&GLOB),
            "Images that the base image may be built on, as `registry/repository` or globs.",
        ),
        optional("signed-by", BY, "Who must have signed each of those."),
        optional(
            "not-older-than",
            DURATION,
            "Each of those was created at most so long ago, by its own configuration.",
        ),
    ],
    shared: &[],
    groups: &[],
};
