//! Builds and compiles the misbehaving component the way the host's build script treats the real one.

#[allow(dead_code, reason = "one variant is enough here")]
#[path = "../../host/build/aot.rs"]
mod aot;
#[path = "../../host/src/component/config.rs"]
mod config;
#[path = "../../host/build/wasm.rs"]
mod wasm;

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let wasm = wasm::build("misbehaving-component", "tests/misbehaving/component")?;
    let code = aot::compile(&wasm, &env::var("TARGET")?, &[])?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("misbehaving.cwasm"), code)?;
    Ok(())
}
