//! Keys of a `vulnerabilities` rule.

use super::rules::{BY, DEMAND};
use super::{DURATION, FREE, Mapping, Shape, optional, required};
use crate::predicate::vulnerability::{Format, Level};

const LEVEL: Shape = Shape::Word(&Level::WORDS);
const TYPES: Shape = Shape::Either(&[FREE, Shape::List(&FREE)]);

pub(super) static VULNERABILITIES: Mapping = Mapping {
    noun: "a `vulnerabilities` rule",
    keys: &[
        required("fail-on", LEVEL, "At or above this severity a vulnerability denies."),
        optional(
            "inform-on",
            LEVEL,
            "At or above this severity a vulnerability that does not deny is reported one by one; without it those below \
             `fail-on`, or without a fix, are counted.",
        ),
        optional(
            "unknown",
            LEVEL,
            "What an unknown severity counts as; `critical` when it is not there.",
        ),
        optional("fixable-only", Shape::Boolean, "Only vulnerabilities with a fix deny."),
        optional(
            "fail-on-kev",
            Shape::Boolean,
            "A vulnerability that is known to be exploited denies whatever its severity, where the report says so.",
        ),
        optional(
            "fail-on-epss",
            FREE,
            "A vulnerability at least so likely to be exploited (0 to 1) denies whatever its severity, where the report says so.",
        ),
        optional(
            "grace",
            Shape::Mapping(&GRACE),
            "How long after its publication a vulnerability does not deny, for each severity.",
        ),
        optional(
            "exclude",
            Shape::List(&FREE),
            "Packages that are not counted, as package URLs without qualifiers; `*` and `**` are globs.",
        ),
        optional(
            "format",
            Shape::List(&Shape::Word(&Format::WORDS)),
            "Formats of reports that count; all of them when it is not there.",
        ),
        optional(
            "incomplete",
            Shape::Word(&["deny", "inform"]),
            "A report that shows that it looked at nothing, or not at all of the image: `deny` (default) or `inform`.",
        ),
        optional(
            "names-image",
            Shape::Word(&["required", "reported"]),
            "Whether the report must name this image's digest, or its configuration's: `reported` (default) or `required`.",
        ),
        optional(
            "triage",
            Shape::Mapping(&TRIAGE),
            "Whose triage and VEX statements count; nobody's when it is not there.",
        ),
        optional(
            "type",
            TYPES,
            "Predicate types of the reports: built-in names, those of `types`, or URIs; the known ones when it is not there.",
        ),
    ],
    shared: &DEMAND,
    groups: &[],
};

static GRACE: Mapping = Mapping {
    noun: "`grace`",
    keys: &[
        optional("critical", DURATION, "Of critical vulnerabilities."),
        optional("high", DURATION, "Of high ones."),
        optional("medium", DURATION, "Of medium ones."),
        optional("low", DURATION, "Of low ones."),
        optional("negligible", DURATION, "Of negligible ones."),
    ],
    shared: &[],
    groups: &[],
};

static TRIAGE: Mapping = Mapping {
    noun: "`triage`",
    keys: &[
        required(
            "by",
            BY,
            "Who may say that a vulnerability does not count: a signer, or one of several.",
        ),
        optional(
            "max-age",
            DURATION,
            "Older statements do not count; the rule's own when it is not there.",
        ),
        optional(
            "dated-by",
            Shape::Word(&["proof", "payload"]),
            "What the age is counted from: the proof, or the statement's own date where nothing is proven; the rule's own when it is not there.",
        ),
        optional(
            "type",
            TYPES,
            "Predicate types of the statements; triage, OpenVEX, CycloneDX, CSAF and cosign's custom type when it is not there.",
        ),
    ],
    shared: &[],
    groups: &[],
};
