//! How much the host takes from a registry, an archive or a file before it stops, each with its reason.
//! A limit that is reached becomes a failure of class `budget-exceeded`, never a shorter list.

/// The OCI distribution specification asks registries to accept manifests of 4 MiB ("Pushing manifests"); none takes
/// more.
pub const MANIFEST_BYTES: u64 = 4 << 20;

/// All manifests about one image together. A manifest with one bundle has 1 KiB; 64 MiB are 1,000 of 64 KiB.
pub const MANIFEST_BYTES_PER_IMAGE: u64 = 64 << 20;

/// A bundle or envelope. A keyless bundle has 10 KiB; an SBOM of 50 MB has 67 in base64, and 80 where cosign keeps it as
/// text in text.
pub const EVIDENCE_BYTES: u64 = 96 << 20;

/// All evidence about one image together: what the component's memory can hold in copies and parsed.
pub const EVIDENCE_BYTES_PER_IMAGE: u64 = 160 << 20;

/// First layer of a referrer that nobody knows, for `list --inspect`. Shown are the first `SHOWN_BYTES`; all of it is
/// fetched to compare its digest.
pub const INSPECTED_BYTES: u64 = 1 << 20;

/// What `list --inspect` shows of a manifest or layer.
pub const SHOWN_BYTES: usize = 2 << 10;

/// An image's configuration: its history and labels. The largest seen have some hundred KiB.
pub const CONFIGURATION_BYTES: u64 = 4 << 20;

/// Images that the component may want beside the one that is judged.
pub const BASES: usize = 20;
/// How often it may want more: what an image was built on, and what that one was.
pub const BASE_LEVELS: usize = 2;

/// Manifests that may carry evidence, for one image and its children. The busiest public images have some hundred
/// referrers.
pub const CANDIDATES: usize = 1_000;

/// Pieces of evidence (layers) in all candidates of one image: a `.att` tag may hold hundreds.
pub const PIECES: usize = 2_000;

/// Descriptors that one lookup may list; ten for each candidate that could be fetched.
pub const LISTED: usize = 10_000;

/// Pages of one referrers answer: `LISTED` in pages of 100.
pub const PAGES: usize = 100;

/// Platform manifests in an index, nested ones included. Debian's and Go's official images have about 20.
pub const CHILDREN: usize = 200;

/// Indexes in indexes, counted from the image: deeper ones are left to the component to refuse.
pub const NESTING: usize = 2;

/// What the cache holds: the evidence of some thousand images, and of few that have large SBOMs.
pub const CACHE_BYTES: u64 = 1 << 30;

/// Files of the cache that are counted: with 1 KiB each they would be as much as `CACHE_BYTES`.
pub const CACHE_ENTRIES: usize = 1_000_000;

/// HTTP requests to one host in one call. An image with twenty platforms and its evidence takes some hundred.
pub const REQUESTS: u64 = 20_000;

/// A token answer. Registries sign JWTs of some KiB; Azure's reach 10 KiB.
pub const TOKEN_BYTES: u64 = 64 << 10;

/// What is kept of the text that a registry sends with an error: enough for `errors[0].message`.
pub const ERROR_TEXT_BYTES: usize = 200;

/// What is read of an error's body, so that the connection can be used again.
pub const ERROR_BODY_BYTES: u64 = 4 << 10;

/// Same-origin redirects of manifests: registries behind a canonical path need one.
pub const REDIRECTS: usize = 3;

/// `index.json` of a layout: 1,000 images with their tags have 400 KiB.
pub const LAYOUT_INDEX_BYTES: u64 = 16 << 20;

/// Entries of a layout's `blobs/sha256` or archive: 1,000 images of 20 layers, and their evidence.
pub const LAYOUT_ENTRIES: usize = 100_000;

/// A detached bundle file, all of its lines.
pub const BUNDLE_FILE_BYTES: u64 = 128 << 20;

/// Lines of one `.jsonl` file.
pub const BUNDLE_LINES: usize = 1_000;

/// docker's `config.json`, podman's `auth.json`.
pub const CREDENTIAL_FILE_BYTES: u64 = 1 << 20;

/// A policy: what the component reads at the most.
pub const POLICY_BYTES: u64 = 1 << 20;

/// A file that a policy names: keys have some KiB, the public trusted roots up to 32 KiB.
pub const POLICY_FILE_BYTES: u64 = 4 << 20;

/// What is kept of one refreshed trusted root: what the component reads at the most.
pub const KEPT_BYTES: u64 = 4 << 20;

/// Files in the folder of kept roots that are looked at.
pub const KEPT_ROOTS: usize = 1_000;

/// Files of a TUF repository that one refresh may want: 32 roots, three other roles, the target, and as many again.
pub const TRUST_FILES: usize = 72;

/// A list of images: 100,000 references.
pub const IMAGE_LIST_BYTES: u64 = 16 << 20;

/// A file of another program that is imported as a policy: an export of 1,000 policies has some 2 MiB.
pub const IMPORT_BYTES: u64 = 4 << 20;

/// Values in it, each taking some hundred bytes while it is read.
pub const IMPORT_VALUES: usize = 200_000;

/// Mappings and lists inside each other: what Kubernetes and the platforms write has about ten.
pub const IMPORT_NESTING: usize = 64;

/// What an imported policy may hold of one kind (signers, rules, images, exceptions): each is asked about by itself where the
/// whole is refused.
pub const IMPORTED: usize = 1_000;

/// Files that `--files` reads: the largest public repositories of manifests have some thousand.
pub const FILES: usize = 10_000;

/// Entries of folders that `--files` looks at: a checkout with its dependencies.
pub const FILE_ENTRIES: usize = 1_000_000;

/// Folders in each other; a path of Linux has 4,096 bytes.
pub const FILE_FOLDERS: usize = 100;

/// One file of `--files`: `kubectl get pods -A -o yaml` of a cluster with 5,000 pods has 50 MiB.
pub const FILE_BYTES: u64 = 64 << 20;

/// Values in one file: 5,000 pods of 400.
pub const FILE_NODES: usize = 4_000_000;

/// Mappings and lists in each other in one file; schemas in manifests reach 40. Reading is recursive.
pub const FILE_NESTING: usize = 128;

/// Entries that are looked at in one file, however few values it has: references of a pipeline look through all of it.
pub const FILE_STEPS: usize = 1_000_000;

/// And for each of its values: every reader asks for its keys.
pub const FILE_STEPS_PER_VALUE: usize = 100;

/// Places in all files, with and without an image.
pub const FOUND_IN_FILES: usize = 20_000;
