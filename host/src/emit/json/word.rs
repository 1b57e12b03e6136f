//! Closed lists of words in the public formats.

use serde::Serialize;

use super::words;
use crate::wit::basics;

macro_rules! word {
    ($(#[doc = $doc:literal])* $name:ident of $from:ty, $spell:path, [$($value:literal),* $(,)?]) => {
        $(#[doc = $doc])*
        #[derive(Serialize)]
        #[serde(transparent)]
        #[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("enum" = [$($value),*])))]
        pub struct $name(&'static str);

        impl From<$from> for $name {
            fn from(value: $from) -> Self {
                Self($spell(value))
            }
        }
    };
}

word!(Verdict of basics::Verdict, words::verdict, ["allow", "deny", "undecided"]);
word!(Mode of basics::Mode, words::mode, ["enforce", "inform"]);
word!(Severity of basics::Severity, words::severity, ["critical", "high", "medium", "low"]);
word!(
    /// what a finding does to its rule
    Effect of crate::wit::report::Effect,
    words::effect,
    ["denies", "leaves-undecided", "informs", "waived"]
);
word!(
    /// where a piece of evidence was found
    Carrier of basics::Carrier,
    words::carrier,
    ["referrer", "referrers-tag", "signature-tag", "attestation-tag", "sbom-tag", "index", "file"]
);
word!(
    Form of crate::wit::evidence::Form,
    words::form,
    ["bundle-envelope", "bundle-message", "simple-signing", "envelope", "other"]
);
word!(
    /// what a file holds: the signed bytes, a piece of them, or a part of a signature
    Content of crate::wit::extraction::Content,
    words::content,
    ["statement", "predicate", "raw", "report", "trivyignore", "signature", "certificate", "chain", "bundle"]
);
word!(
    /// why something counts or does not
    Class of basics::ResultClass,
    words::class,
    [
        "verified", "unsigned", "not-a-signature", "no-matching-signer", "identity-mismatch", "subject-mismatch",
        "digest-mismatch", "malformed", "unsupported-format", "algorithm-not-accepted", "untrusted-root", "sct-missing",
        "log-entry-missing", "log-entry-invalid", "time-missing", "expired-at-signing", "predicate-malformed",
        "discovery-failed", "image-not-found", "budget-exceeded", "outdated-root",
    ]
);
