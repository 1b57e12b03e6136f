//! Keys of `licenses`.

use super::rules::DEMAND;
use super::{FREE, Group, Mapping, Shape, optional, required};

pub(in crate::policy) static LICENSES: Mapping = Mapping {
    noun: "a `licenses` rule",
    keys: &[
        optional(
            "allow",
            TERMS,
            "Licences that may be there, and no others: SPDX identifiers, `LicenseRef-…`, or `{ name: … }`.",
        ),
        optional("deny", TERMS, "Licences that must not be there."),
        optional(
            "unknown",
            Shape::Word(&["deny", "inform"]),
            "What a licence does that is missing or that nobody knows: `deny` (default) or `inform`.",
        ),
        optional(
            "exceptions",
            Shape::List(&Shape::Mapping(&EXCEPTION)),
            "Licences that single packages may have besides.",
        ),
    ],
    shared: &DEMAND,
    groups: &[Group::AtLeastOne(&["allow", "deny"])],
};

const TERMS: Shape = Shape::List(&Shape::Either(&[FREE, Shape::Mapping(&NAMED)]));

static NAMED: Mapping = Mapping {
    noun: "a licence without identifier",
    keys: &[required("name", FREE, "The text that documents give, exactly.")],
    shared: &[],
    groups: &[],
};

static EXCEPTION: Mapping = Mapping {
    noun: "an exception",
    keys: &[
        required(
            "package",
            FREE,
            "`pkg:type/namespace/name` with globs, or the bare name of a package that has no package URL.",
        ),
        required(
            "licenses",
            TERMS,
            "Licences that it may have; `unknown` where none is known.",
        ),
        required("reason", FREE, "Why, for the reader of the policy."),
    ],
    shared: &[],
    groups: &[],
};
