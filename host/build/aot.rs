//! Compilation ahead of time, once per kind of processor.

use std::error::Error;
use std::{panic, thread};

use wasmtime::Engine;

use crate::config;

/// What x86-64-v3 promises beyond the baseline (x86-64 psABI, micro-architecture levels), in Cranelift's names.
/// `src/component/embedded.rs` asks the processor for the same.
const X86_64_V3: [&str; 11] = [
    "has_sse3",
    "has_ssse3",
    "has_sse41",
    "has_sse42",
    "has_popcnt",
    "has_avx",
    "has_avx2",
    "has_fma",
    "has_bmi1",
    "has_bmi2",
    "has_lzcnt",
];

/// Compiled code and the name of its variant in `src/component/embedded.rs`.
pub struct Code {
    pub variant: &'static str,
    pub bytes: Vec<u8>,
}

/// All variants for `target`, the most demanding first. They are compiled side by side.
pub fn compile_all(wasm: &[u8], target: &str) -> Result<Vec<Code>, Box<dyn Error>> {
    let mut variants: Vec<(&str, &[&str])> = vec![("Baseline", &[])];
    if target.starts_with("x86_64-") {
        variants.insert(0, ("X86_64V3", &X86_64_V3));
    }
    thread::scope(|scope| {
        let compiling = variants
            .iter()
            .map(|(variant, flags)| (*variant, scope.spawn(|| compile(wasm, target, flags))));
        let compiling: Vec<_> = compiling.collect();
        compiling
            .into_iter()
            .map(|(variant, thread)| {
                let bytes = thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic))?;
                Ok(Code { variant, bytes })
            })
            .collect()
    })
}

/// The target is always named: without it, the code would be for the processor that this runs on.
pub fn compile(wasm: &[u8], target: &str, flags: &[&str]) -> wasmtime::Result<Vec<u8>> {
    let mut config = config::config();
    config.target(target)?;
    for flag in flags {
        // SAFETY: the flags only say which instructions the processor has. wasmtime compares them with the processor
        // before it loads the code.
        unsafe { config.cranelift_flag_enable(flag) };
    }
    Engine::new(&config)?.precompile_component(wasm)
}
