//! Keys of `sbom`.

use super::rules::DEMAND;
use super::{FREE, Key, Mapping, Shape, optional, required};

pub(in crate::policy) static SBOM: Mapping = Mapping {
    noun: "an `sbom` rule",
    keys: &[
        optional(
            "format",
            Shape::List(&Shape::Word(&["cyclonedx", "spdx"])),
            "Formats that count: any of these; both when it is not there.",
        ),
        optional(
            "minimum-elements",
            Shape::Either(&[Shape::Word(&STANDARDS), Shape::Mapping(&ELEMENTS)]),
            "Data fields that the SBOM must have, by the name of the standard that lists them.",
        ),
        optional(
            "subject",
            Shape::Word(&["required", "reported"]),
            "Whether the SBOM itself must name the image's digest: `reported` (default) or `required`.",
        ),
        optional(
            "deny",
            Shape::List(&Shape::Either(&[FREE, Shape::Mapping(&PACKAGE)])),
            "Packages that must not be there; a version or package that cannot be compared is denied.",
        ),
        optional(
            "require",
            Shape::List(&Shape::Either(&[FREE, Shape::Mapping(&PACKAGE)])),
            "Packages that must be there, each at least once.",
        ),
        optional(
            "pin",
            Shape::List(&Shape::Mapping(&PINNED)),
            "Packages that may be there in these versions only.",
        ),
    ],
    shared: &DEMAND,
    groups: &[],
};

const STANDARDS: [&str; 2] = ["ntia-2021", "cisa-2025"];

static ELEMENTS: Mapping = Mapping {
    noun: "`minimum-elements`",
    keys: &[
        required("standard", Shape::Word(&STANDARDS), "Who lists the elements."),
        optional(
            "missing",
            Shape::Word(&["deny", "inform"]),
            "What a missing one does: `deny` (default) or `inform`.",
        ),
    ],
    shared: &[],
    groups: &[],
};

const PACKAGE_KEY: Key = required(
    "package",
    FREE,
    "`pkg:type/namespace/name`; namespace and name may have globs, the version goes into `versions`.",
);

const VERSIONS: Shape = Shape::Either(&[FREE, Shape::List(&FREE)]);

const REASON: Key = optional("reason", FREE, "Why, for the reader of a finding.");

static PACKAGE: Mapping = Mapping {
    noun: "a package",
    keys: &[
        PACKAGE_KEY,
        optional(
            "versions",
            VERSIONS,
            "Such as `<2.17.1` or `>=1.2.0 <1.4.0`, or a list of which one must hold; any version when it is not there.",
        ),
        REASON,
    ],
    shared: &[],
    groups: &[],
};

static PINNED: Mapping = Mapping {
    noun: "a pinned package",
    keys: &[
        PACKAGE_KEY,
        required(
            "versions",
            VERSIONS,
            "Such as `3.0.11` or `>=1.2.0 <1.4.0`, or a list of which one must hold.",
        ),
        REASON,
    ],
    shared: &[],
    groups: &[],
};
