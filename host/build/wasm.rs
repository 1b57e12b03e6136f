//! A call of cargo inside the build: a package of this workspace as a component.

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::{env, fs};

const TARGET: &str = "wasm32-wasip2";

/// Makes elliptic curves three times as fast. Portable components have it nowhere: other engines refuse it.
const WIDE_ARITHMETIC: &str = "-Ctarget-feature=+wide-arithmetic";

/// The crates that get it, because LLVM 21 breaks others with it: its check for an overflow of signed products is wrong
/// (llvm/llvm-project#199910), and `i64::checked_mul` says `None` to 202 x 10. These compute with unsigned words.
const WIDE_CRATES: [&str; 9] = [
    "crypto_bigint",
    "curve25519_dalek",
    "elliptic_curve",
    "num_bigint_dig",
    "p256",
    "p384",
    "primefield",
    "primeorder",
    "wnaf",
];

/// Set for the inner cargo, which then calls this build script in rustc's place.
const AS_RUSTC: &str = "PORTCULLIS_BUILD_AS_RUSTC";

/// As rustc for the inner cargo: the real one with the flag for the crates that get it. Cargo itself has flags for all
/// crates or none.
pub fn act_as_rustc() -> Option<Result<ExitStatus, std::io::Error>> {
    env::var_os(AS_RUSTC)?;
    let mut arguments = env::args_os().skip(1);
    let mut rustc = Command::new(arguments.next()?);
    let arguments: Vec<_> = arguments.collect();
    let follows = |flag: &str, wanted: &dyn Fn(&OsString) -> bool| {
        arguments.windows(2).any(|pair| pair[0] == *flag && wanted(&pair[1]))
    };
    let wide = follows("--target", &|target| target == TARGET)
        && follows("--crate-name", &|name| WIDE_CRATES.iter().any(|wide| name == wide));
    rustc.args(&arguments);
    if wide {
        rustc.arg(WIDE_ARITHMETIC);
    }
    Some(rustc.status())
}

/// Variables that the inner cargo needs of those that begin like the ones cargo sets for a build script or a user sets
/// for the outer build. The others would change the component: flags, profiles, wrappers, clippy in rustc's place.
const KEPT: [&str; 8] = [
    "CARGO_HOME",
    "CARGO_MAKEFLAGS",
    "CARGO_NET_",
    "CARGO_HTTP_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_SOURCE_",
    "RUSTC",
];

/// Builds `package`, which lies in `folder` of the workspace, and returns the component.
pub fn build(package: &str, folder: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let workspace = workspace()?;
    for input in [folder, "wit", "Cargo.lock", "Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", workspace.join(input).display());
    }
    require_target()?;
    let target_dir = target_dir()?.join("embedded");
    let mut cargo = Command::new(env::var_os("CARGO").ok_or("`CARGO` is not set")?);
    cargo
        .current_dir(&workspace)
        .args([
            "build",
            "--locked",
            "--quiet",
            "--profile",
            "component",
            "--lib",
            "--target",
            TARGET,
        ])
        .args(["--package", package, "--target-dir"])
        .arg(&target_dir);
    clean(&mut cargo);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags(&workspace)?);
    cargo.env("RUSTC_WRAPPER", env::current_exe()?).env(AS_RUSTC, "1");
    let status = cargo.status()?;
    if !status.success() {
        return Err(format!("building `{package}` for {TARGET} failed: {status}").into());
    }
    let name = format!("{}.wasm", package.replace('-', "_"));
    Ok(fs::read(target_dir.join(TARGET).join("component").join(name))?)
}

/// The workspace of the package whose build script this is.
fn workspace() -> Result<PathBuf, Box<dyn Error>> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let found = package.ancestors().find(|folder| folder.join("Cargo.lock").exists());
    Ok(found.ok_or("no Cargo.lock above the package")?.to_owned())
}

/// Cargo marks the root of its target directory; below it, two builds with different profiles share one component. It is
/// not the directory of the outer cargo, which holds that one's lock.
fn target_dir() -> Result<PathBuf, Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let root = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    Ok(root.unwrap_or(&out).to_owned())
}

fn require_target() -> Result<(), Box<dyn Error>> {
    let rustc = env::var_os("RUSTC").ok_or("`RUSTC` is not set")?;
    let answer = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()?;
    let libraries = PathBuf::from(String::from_utf8(answer.stdout)?.trim_end());
    if holds_std(&libraries) {
        return Ok(());
    }
    Err(format!("rustc has no standard library for {TARGET}: `make target` (tools/wasi-target) puts it there").into())
}

fn holds_std(libraries: &Path) -> bool {
    let is_std = |name: OsString| name.to_string_lossy().starts_with("libstd-");
    fs::read_dir(libraries).is_ok_and(|entries| entries.flatten().any(|entry| is_std(entry.file_name())))
}

fn clean(cargo: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let ours = ["CARGO", "RUSTC", "RUSTFLAGS", "RUSTDOC", "CLIPPY"]
            .iter()
            .any(|prefix| text.starts_with(prefix));
        let kept = KEPT
            .iter()
            .any(|kept| text == *kept || kept.ends_with('_') && text.starts_with(kept));
        if ours && !kept {
            cargo.env_remove(&name);
        }
    }
}

/// Paths of this machine are kept out, so that the same sources have the same digest wherever they are built.
fn flags(workspace: &Path) -> Result<OsString, Box<dyn Error>> {
    // cargo builds anew when flags change, and does not see what `act_as_rustc` adds
    let mut flags = OsString::from(format!("--cfg=wide_arithmetic=\"{}\"", WIDE_CRATES.join(" ")));
    for (path, name) in [(workspace, "/portcullis"), (&cargo_home()?, "/cargo")] {
        flags.push("\x1f--remap-path-prefix=");
        flags.push(path);
        flags.push("=");
        flags.push(name);
    }
    Ok(flags)
}

fn cargo_home() -> Result<PathBuf, Box<dyn Error>> {
    let set = env::var_os("CARGO_HOME").map(PathBuf::from);
    let found = set.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    found.ok_or_else(|| "neither `CARGO_HOME` nor a home directory".into())
}
