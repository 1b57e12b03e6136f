//! The engine's configuration, one for the compiler in `build.rs` and the runtime: wasmtime refuses code that was
//! compiled with another.

use wasmtime::Config;

pub fn config() -> Config {
    let mut config = Config::new();
    config
        // It would make elliptic curves three times as fast. But LLVM before 23, which is that of rustc 1.95, mixes up the
        // results of its instructions (llvm/llvm-project#199910, repaired by #200429), and a gate must not guess where.
        .wasm_wide_arithmetic(false)
        // counted in the code itself, so that it ends at the same place on every machine
        .consume_fuel(true)
        // fused or not, as the processor has it: the variants would differ
        .wasm_relaxed_simd(false)
        // bounds checks by guard pages
        .signals_based_traps(true)
        // tables for debuggers and for unwinding by others than the engine, a fifteenth of the code
        .native_unwind_info(false)
        .debug_symbols(false)
        // maps offsets in the code to offsets in the component, which nobody has at hand when it traps
        .generate_address_map(false);
    config
}
