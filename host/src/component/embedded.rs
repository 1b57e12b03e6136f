//! The component's code, as `build.rs` left it: one variant for each kind of processor, all from one component.
//!
//! Loading compiled code is trusting it. This is the only place that does, and it takes no bytes and no path: only what
//! was compiled into this binary.

use std::borrow::Cow;

use miniz_oxide::inflate::decompress_to_vec_with_limit;
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use super::{Error, unusable};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Any processor of the target's architecture.
    Baseline,
    /// With the instructions of x86-64-v3.
    #[cfg(target_arch = "x86_64")]
    X86_64V3,
}

#[derive(Clone)]
pub struct Code {
    pub variant: Variant,
    /// SHA-256 of the code as it was compiled.
    pub digest: [u8; 32],
    pub stored: Stored,
}

/// The variant that most machines run lies ready to be loaded; the others are a third of their size and cost the machines
/// that need them some 30 ms.
#[derive(Clone)]
pub enum Stored {
    Plain(&'static [u8]),
    /// Deflate (RFC 1951), and the size of what it holds.
    Deflated {
        bytes: &'static [u8],
        size: usize,
    },
}

// `SOURCE`, the SHA-256 of the component, and `CODES`, the most demanding variant first.
include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

impl Code {
    pub fn load(&self, engine: &Engine) -> Result<Component, Error> {
        let bytes = self.stored.bytes();
        let found: [u8; 32] = Sha256::digest(&bytes).into();
        if found != self.digest {
            return Err(Error::Damaged {
                expected: hexadecimal(&self.digest),
                found: hexadecimal(&found),
            });
        }
        // SAFETY: the bytes are what wasmtime's compiler made of the component in `build.rs`, included into this binary
        // by the compiler and just compared with their digest. wasmtime itself checks that version, configuration and
        // processor are the ones that they were compiled for.
        unsafe { Component::deserialize(engine, &bytes) }.map_err(unusable)
    }
}

impl Stored {
    /// What does not unpack to its size comes out short, and its digest tells.
    fn bytes(&self) -> Cow<'static, [u8]> {
        match *self {
            Self::Plain(bytes) => Cow::Borrowed(bytes),
            Self::Deflated { bytes, size } => Cow::Owned(decompress_to_vec_with_limit(bytes, size).unwrap_or_default()),
        }
    }
}

/// The best variant that the processor has the instructions for. Nothing else chooses: no variable, no option.
pub fn for_this_processor() -> &'static Code {
    let best = CODES.iter().find(|code| runs_here(code.variant));
    // invariant: `build.rs` compiles the baseline for every target, and it runs everywhere
    best.expect("a baseline variant")
}

#[cfg(target_arch = "x86_64")]
pub fn runs_here(variant: Variant) -> bool {
    match variant {
        Variant::Baseline => true,
        Variant::X86_64V3 => has_x86_64_v3(),
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub fn runs_here(Variant::Baseline: Variant) -> bool {
    true
}

/// `build/aot.rs` compiles for these.
#[cfg(target_arch = "x86_64")]
fn has_x86_64_v3() -> bool {
    is_x86_feature_detected!("sse3")
        && is_x86_feature_detected!("ssse3")
        && is_x86_feature_detected!("sse4.1")
        && is_x86_feature_detected!("sse4.2")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("avx")
        && is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
}

pub fn hexadecimal(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
