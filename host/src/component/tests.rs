//! The fences, held against a component that misbehaves, and what is true of the embedded one.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use super::embedded::{self, CODES, Code, Stored, Variant};
use super::*;
use crate::wit::basics::Mode;
use crate::wit::request::{Breadth, Image, NamedFile};

/// Interfaces that Rust's standard library names in every component, without their versions.
const STANDARD: [&str; 19] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];

static MISBEHAVING: LazyLock<Code> = LazyLock::new(|| Code {
    variant: Variant::Baseline,
    digest: Sha256::digest(misbehaving::CODE).into(),
    stored: Stored::Plain(misbehaving::CODE),
});

fn misbehaving() -> Component {
    Component::from_code(&MISBEHAVING).unwrap()
}

fn policy(name: &str) -> PolicySource {
    PolicySource {
        document: NamedFile {
            name: name.to_owned(),
            content: Vec::new(),
        },
        pinned: None,
        files: Vec::new(),
        kept_roots: Vec::new(),
        trust_override: Vec::new(),
    }
}

fn request() -> Request {
    let digest = format!("sha256:{}", "0".repeat(64));
    Request {
        policy: policy("portcullis.yaml"),
        mode: Mode::Enforce,
        image: Image {
            reference: "registry.test/app:1".to_owned(),
            name: "registry.test/app".to_owned(),
            tag: Some("1".to_owned()),
            resolved: Ok(digest),
        },
        time: 1_700_000_000,
        blobs: Vec::new(),
        lookups: Vec::new(),
        unreadable: Vec::new(),
        bundles: Vec::new(),
        breadth: Breadth::Verdict,
    }
}

/// What the misbehaving component tells when it does as `name` says at `time`.
fn told(name: &str, time: Timestamp) -> String {
    match misbehaving().requirements(&policy(name), &[], time) {
        Err(Error::Refused(diagnostics::Error::Request(text))) => text,
        other => panic!("{name}: {other:?}"),
    }
}

fn trap(name: &str) -> (String, String) {
    match misbehaving().requirements(&policy(name), &[], 0) {
        Err(Error::Trapped { place, reason }) => (place, reason),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn clock_is_the_given_time_and_the_skew() {
    assert_eq!(told("tell the time", 0), "Ok(60s)");
    assert_eq!(told("tell the time", 1_700_000_000), "Ok(1700000060s)");
    assert_eq!(told("tell the time", 4_102_444_800), "Ok(4102444860s)");
}

#[test]
fn clock_has_no_times_before_1970() {
    assert_eq!(told("tell the time", i64::MIN), "Ok(0ns)");
}

#[test]
fn seed_is_constant() {
    assert_eq!(told("tell the seed", 0), told("tell the seed", 1_700_000_000));
}

/// With wide-arithmetic, LLVM before 23 compiles the check of signed products wrongly (llvm/llvm-project#199910), and 202 x 10
/// overflows. Whoever switches it on again sees it here.
#[test]
fn signed_products_are_checked_rightly() {
    assert_eq!(told("multiply", 0), "Some(2020) Some(2020) Some(2024) None");
}

#[test]
fn everything_else_traps_by_its_name() {
    for (act, import) in [
        ("tell the monotonic time", "wasi:clocks/monotonic-clock"),
        ("read the environment", "wasi:cli/environment"),
        ("read a file", "wasi:filesystem/preopens"),
        ("print", "wasi:cli/stdout"),
    ] {
        let (place, reason) = trap(act);
        assert!(place.starts_with("requirements"), "{act}: {place}");
        assert!(reason.contains(import), "{act}: {reason}");
    }
}

#[test]
fn panic_is_a_trap() {
    let answer = misbehaving().evaluate(&request());
    assert!(
        matches!(&answer, Err(Error::Trapped { place, .. }) if place.starts_with("evaluate")),
        "{answer:?}"
    );
}

#[test]
fn endless_loop_uses_up_its_fuel() {
    let component = Component {
        fuel: 10_000_000,
        ..misbehaving()
    };
    let answer = component.requirements(&policy("never end"), &[], 0);
    let Err(Error::Trapped { reason, .. }) = answer else {
        panic!("{answer:?}")
    };
    assert!(reason.contains("fuel"), "{reason}");
}

#[test]
fn memory_has_a_limit() {
    let (_, reason) = trap("grow");
    assert!(
        reason.contains(&format!("the limit is {}", limits::MEMORY_BYTES)),
        "{reason}"
    );
}

#[test]
fn endless_recursion_is_a_trap() {
    let (_, reason) = trap("recurse");
    assert!(
        reason.contains("call stack exhausted") || reason.contains("out of bounds"),
        "{reason}"
    );
}

#[test]
fn calls_share_nothing() {
    let component = misbehaving();
    assert!(component.evaluate(&request()).is_err());
    assert_eq!(component.inspect(&request()).unwrap(), Vec::new());
}

#[test]
fn packed_code_that_does_not_unpack_is_not_loaded() {
    for size in [misbehaving::CODE.len(), 10] {
        let stored = Stored::Deflated {
            bytes: b"not deflate",
            size,
        };
        let damaged = Code {
            stored,
            ..MISBEHAVING.clone()
        };
        assert!(matches!(damaged.load(&engine()), Err(Error::Damaged { .. })));
    }
}

#[test]
fn damaged_code_is_not_loaded() {
    let mut bytes = misbehaving::CODE.to_vec();
    bytes[4096] ^= 1;
    let damaged = Code {
        stored: Stored::Plain(bytes.leak()),
        ..MISBEHAVING.clone()
    };
    assert!(matches!(damaged.load(&engine()), Err(Error::Damaged { .. })));
}

#[test]
fn code_for_another_configuration_is_not_loaded() {
    let mut other = config::config();
    other.consume_fuel(false);
    let engine = Engine::new(&other).unwrap();
    assert!(matches!(
        embedded::for_this_processor().load(&engine),
        Err(Error::Unusable { .. })
    ));
}

#[test]
fn variants_answer_alike() {
    let answers: Vec<_> = CODES
        .iter()
        .filter(|code| embedded::runs_here(code.variant))
        .map(answers)
        .collect();
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
}

fn answers(code: &'static Code) -> String {
    let component = Component::from_code(code).unwrap();
    let requirements = component.requirements(&policy("portcullis.yaml"), &["registry.test/app".to_owned()], 0);
    format!(
        "{requirements:?}\n{:?}\n{:?}",
        component.evaluate(&request()),
        component.inspect(&request())
    )
}

/// The Rust standard library names these; none but `wall-clock` and `insecure-seed` is granted anything. (The component
/// also names its own package's interfaces, for their types.)
#[test]
fn imports_are_those_of_the_standard_library() {
    let component = embedded::for_this_processor().load(&engine()).unwrap();
    let names = component
        .component_type()
        .imports(component.engine())
        .map(|(name, _)| name.to_owned())
        .collect::<Vec<_>>();
    let foreign = names.into_iter().filter(|name| !name.starts_with("portcullis:gate/"));
    let strange: Vec<_> = foreign
        .filter(|name| !STANDARD.contains(&name.split('@').next().unwrap()))
        .collect();
    assert_eq!(strange, Vec::<String>::new());
}

fn engine() -> Engine {
    Engine::new(&config::config()).unwrap()
}
