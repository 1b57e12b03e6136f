//! Every budget of the component. They are counters, so that they decide the same on every machine; exceeding one makes
//! what depends on it undecided (`budget-exceeded`), never allowed and never "unsigned".

/// Log entries in one bundle. cosign writes one; four leave room for a second and a third log.
pub const LOG_ENTRIES: usize = 4;

/// Signed timestamps in one bundle, for the same reason.
pub const SIGNED_TIMESTAMPS: usize = 4;

/// Signatures on one checkpoint: the log's and its witnesses'. Anybody can add lines to a note, and each with the log's hint is
/// a signature to check; C2SP's witness networks plan with about ten.
pub const CHECKPOINT_SIGNATURES: usize = 32;

/// Bytes of one bundle, envelope or payload: a 50 MB SBOM, in base64 inside a bundle, with its log entry's copy of it.
pub const EVIDENCE_BYTES: usize = 160 << 20;

/// Values of one JSON document, counted by the marks that part them. A CycloneDX document of 50 MB has about four million; as a
/// tree eight million take half a gigabyte.
pub const JSON_MARKS: usize = 8_000_000;

/// Bytes of one manifest. The distribution specification asks registries to take 4 MiB.
pub const MANIFEST_BYTES: usize = 4 << 20;

/// Pieces of evidence for one image. Real images carry tens; a registry that lists more floods.
pub const CANDIDATES: usize = 1_000;

/// Proofs tried for one image: every piece against a few signers, a key under each of its schemes. An RSA-8192 check takes 4 ms
/// in the component, so this bounds a hostile image to seconds.
pub const PROOFS: usize = 4_000;

/// Bytes read and hashed for one image: a manifest of 4 MiB can name one large layer thousands of times. Six of the largest
/// bundles.
pub const WORK_BYTES: usize = 1 << 30;

/// Platform manifests of one index, nested ones included. The largest official images have about twenty.
pub const PLATFORMS: usize = 200;

/// How deep an index may hold indexes.
pub const INDEX_DEPTH: usize = 2;

/// Images that one image was built on: a build of many stages takes in about ten, and each is looked at like an image.
pub const BASES: usize = 20;

/// Tolerance between the clock of a log or authority and `request.time`, in seconds. The host adds the same to the
/// component's clock: signing and checking in one pipeline must not fail by a clock that is two seconds late.
pub const CLOCK_SKEW: i64 = 60;

/// A certificate that lives at most this long, in seconds, bounds when its key was used: Fulcio's live ten minutes.
pub const SHORT_LIVED: i64 = 24 * 60 * 60;

/// Bytes of a policy. A policy of 1,000 signers and images has about 200 KiB.
pub const POLICY_BYTES: usize = 1024 * 1024;

/// Nested collections of a policy. The deepest key of the format lies at 6; reading is recursive, so the stack is bounded by this.
pub const POLICY_NESTING: usize = 16;

/// Scalars and collections of a policy: what a document of `POLICY_BYTES` with words of ten letters has.
pub const POLICY_NODES: usize = 100_000;

/// Errors that are listed; one more line counts the rest. Nobody reads more, and a CI log has its own limit.
pub const POLICY_ERRORS: usize = 100;

/// Bytes of a name in a policy (signer, rule, trusted root, key): it must fit into a line of a report.
pub const NAME_BYTES: usize = 100;

/// Days that an exception may hold, counted from the check: a year, and then somebody must look again (docs/policy.md).
pub const EXCEPTION_DAYS: i64 = 366;

/// Days before its end from which an exception is announced as ending.
pub const EXCEPTION_NOTICE_DAYS: i64 = 14;

/// Days that `enforce-from` may lie ahead: half a year of notice.
pub const ENFORCE_FROM_DAYS: i64 = 180;

/// Bytes of a glob or a regular expression. A certificate's URI is rarely longer than 300.
pub const PATTERN_BYTES: usize = 2048;

/// Compiled size of a regular expression. `\w` alone takes 70 KiB because of Unicode.
pub const REGEXP_COMPILED_BYTES: usize = 1024 * 1024;

/// Nesting of a regular expression: its parser and compiler are recursive in part.
pub const REGEXP_NESTING: u32 = 30;

/// Bytes of a PEM file. An ML-DSA-87 key, the largest that is accepted, has 3.6 KiB; the rest is for comments.
pub const PEM_BYTES: usize = 64 * 1024;

/// Certificates of a chain file. Chains in use have three or four, and every order of them may have to be tried.
pub const CHAIN_CERTIFICATES: usize = 6;

/// Modulus of an RSA key in bits: below is breakable, above costs seconds of a run.
pub const RSA_BITS: std::ops::RangeInclusive<u64> = 2048..=8192;

/// Vulnerabilities that deny and are listed one by one; one more line counts the rest, and denies too. The worst images in use
/// have hundreds above a threshold.
pub const DENIED_LISTED: usize = 1_000;

/// Vulnerabilities and statements that are listed and deny nothing: triaged, in grace, irrelevant.
pub const NOTES_LISTED: usize = 200;

/// Comparisons of a finding with a statement about its vulnerability, over all findings of a report. A distribution's VEX
/// document has some thousand statements about one vulnerability, which few packages have.
pub const STATEMENTS_COMPARED: usize = 1_000_000;

/// Characters of an id, a package or a reason in a message: strangers write them.
pub const QUOTED_CHARACTERS: usize = 200;
/// Bytes of an expression. The longest in CEL's and Kyverno's examples have a tenth of it.
pub const EXPRESSION_BYTES: usize = 4096;

/// Nested brackets, operators before a value and `?:` of an expression: its parser is recursive.
pub const EXPRESSION_NESTING: usize = 24;

/// Height of an expression as a tree: `a.b.c` and `a + b + c` nest without brackets, and whatever walks a tree is recursive.
pub const EXPRESSION_HEIGHT: usize = 64;

/// Steps of one evaluation: ten for each of the 100,000 components of the largest SBOM, twice; less than a second of the
/// component.
pub const EXPRESSION_STEPS: u64 = 2_000_000;

/// Bytes of a policy in Rego. Those that are used with cosign have a few KiB.
pub const REGO_BYTES: usize = 64 * 1024;

/// Nested brackets of a policy in Rego: its parser and compiler are recursive.
pub const REGO_NESTING: usize = 24;

/// Arithmetic and set operators of a policy in Rego: each may be one more level of a tree.
pub const REGO_OPERATORS: usize = 200;

/// Rules of a policy in Rego: each may be one more level of what reads what.
pub const REGO_RULES: usize = 500;

/// Values of a statement that a policy in Rego is given: it has a tree of its own.
pub const REGO_VALUES: usize = 1_000_000;

/// Instructions of one evaluation in Rego.
pub const REGO_INSTRUCTIONS: usize = 2_000_000;
/// Bytes of a package URL. The longest in practice, with download addresses among their qualifiers, have a few hundred.
pub const PURL_BYTES: usize = 4096;

/// Bytes of a licence expression. Expressions that tools join from all files of a kernel package have about 3,000; parsing is
/// linear and keeps its own stack.
pub const LICENSE_BYTES: usize = 16 * 1024;

/// Objections to one document that are listed; one more counts the rest, and all of them decide.
pub const OBJECTIONS: usize = 500;

/// Packages that a report tells, of all documents about one image: the largest images have 20,000.
pub const PACKAGES_TOLD: usize = 50_000;

/// Vulnerabilities that a report tells, of all scans of one image and by all rules. The worst images in use have some thousand.
pub const VULNERABILITIES_TOLD: usize = 20_000;

/// Bytes of text of what a report tells of each of the two: three times what as many of usual length have.
pub const TOLD_BYTES: usize = 32 << 20;

/// Bytes of text of one package or vulnerability that a report tells. Licence expressions may have `LICENSE_BYTES`.
pub const TOLD_ENTRY_BYTES: usize = 32 * 1024;

/// Characters of a document's text in a message.
pub const SHOWN_CHARACTERS: usize = 200;

/// Bytes of TUF root metadata; python-tuf's limit. Sigstore's have 6 KiB.
pub const TUF_ROOT_BYTES: u64 = 512_000;

/// Bytes of TUF timestamp metadata; python-tuf's limit.
pub const TUF_TIMESTAMP_BYTES: u64 = 16_384;

/// Bytes of TUF snapshot and targets metadata; python-tuf's limit of a snapshot. Sigstore's have 10 KiB.
pub const TUF_METADATA_BYTES: u64 = 2_000_000;

/// TUF roots that may follow the one that is known: python-tuf's limit. Sigstore's repository has had three in a year.
pub const TUF_ROOTS: usize = 32;

/// Bytes of a `trusted_root.json`, as for one that a policy names. GitHub's, the largest, has 32 KiB.
pub const TRUSTED_ROOT_BYTES: u64 = 4 << 20;

/// Bytes of what is kept of a refreshed root: GitHub's takes 80 KiB.
pub const KEPT_BYTES: usize = 4 << 20;

/// Days after which a trusted root is called old. Sigstore opens a new log about every half year and announces it in the root
/// before.
pub const ROOT_DAYS: i64 = 90;
