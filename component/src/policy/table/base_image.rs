//! Keys of a `base-image` rule.

use super::rules::BY;
use super::{DURATION, GLOB, Mapping, Shape, optional, required};

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
    ],
    shared: &[],
    groups: &[],
};
