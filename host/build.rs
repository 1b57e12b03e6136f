//! Builds the component for `wasm32-wasip2`, compiles it ahead of time for the target, and leaves the code with its
//! digests in `OUT_DIR`, where `src/component/embedded.rs` includes it.

#[path = "build/aot.rs"]
mod aot;
#[path = "src/component/config.rs"]
mod config;
#[path = "build/wasm.rs"]
mod wasm;

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use miniz_oxide::deflate::compress_to_vec;
use sha2::{Digest, Sha256};

/// Deflate's slowest level: the build has the time.
const BEST: u8 = 10;

fn main() {
    if let Err(error) = embed() {
        println!("cargo::error={error}");
        process::exit(1);
    }
}

fn embed() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let target = env::var("TARGET")?;
    println!("cargo::rustc-env=PORTCULLIS_TARGET={target}");
    if let Some(version) = rustc_version() {
        println!("cargo::rustc-env=PORTCULLIS_RUSTC={version}");
    }
    let wasm = wasm::build("portcullis-component", "component")?;
    let codes = aot::compile_all(&wasm, &target)?;
    let listed = codes
        .iter()
        .enumerate()
        .map(|(position, code)| write_code(&out, code, if position == 0 { Stored::Plain } else { Stored::Deflated }))
        .collect::<Result<String, _>>()?;
    let source = format!(
        "pub const SOURCE: [u8; 32] = {:?};\npub const CODES: &[Code] = &[\n{listed}];\n",
        Sha256::digest(&wasm).as_slice()
    );
    fs::write(out.join("embedded.rs"), source)?;
    Ok(())
}

/// For `--version`; a build does not depend on it.
fn rustc_version() -> Option<String> {
    let rustc = env::var_os("RUSTC")?;
    let output = process::Command::new(rustc).arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    version.lines().next().map(str::to_owned)
}

/// How the code lies in the binary; `src/component/embedded.rs` says why.
enum Stored {
    Plain,
    Deflated,
}

/// Writes the code and gives its entry in the list that the host includes.
fn write_code(out: &Path, code: &aot::Code, stored: Stored) -> Result<String, Box<dyn Error>> {
    let path = out.join(format!("{}.cwasm", code.variant));
    let place = match stored {
        Stored::Plain => {
            fs::write(&path, &code.bytes)?;
            format!("Stored::Plain(include_bytes!({path:?}))")
        }
        Stored::Deflated => {
            fs::write(&path, compress_to_vec(&code.bytes, BEST))?;
            format!(
                "Stored::Deflated {{ bytes: include_bytes!({path:?}), size: {} }}",
                code.bytes.len()
            )
        }
    };
    let mut entry = String::new();
    writeln!(
        entry,
        "    Code {{ variant: Variant::{}, digest: {:?}, stored: {place} }},",
        code.variant,
        Sha256::digest(&code.bytes).as_slice(),
    )?;
    Ok(entry)
}
