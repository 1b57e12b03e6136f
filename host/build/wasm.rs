//! A call of cargo inside the build: a package of this workspace as a component.

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const TARGET: &str = "wasm32-wasip2";

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
/// `tools/portable-component` gives the same flags, and so finds the same component.
fn flags(workspace: &Path) -> Result<OsString, Box<dyn Error>> {
    let mut flags = Vec::new();
    for (path, name) in [(workspace, "/portcullis"), (&cargo_home()?, "/cargo")] {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(path);
        flag.push("=");
        flag.push(name);
        flags.push(flag);
    }
    Ok(flags.join(OsStr::new("\x1f")))
}

fn cargo_home() -> Result<PathBuf, Box<dyn Error>> {
    let set = env::var_os("CARGO_HOME").map(PathBuf::from);
    let found = set.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    found.ok_or_else(|| "neither `CARGO_HOME` nor a home directory".into())
}
