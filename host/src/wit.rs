//! The boundary's types, generated from `wit/`; every renderer reads the report in this form.
#![allow(clippy::all, missing_debug_implementations)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "gate",
    additional_derives: [PartialEq, Eq],
});

pub use self::portcullis::gate::{
    basics, contents, diagnostics, evidence, extraction, report, request, requirements, trust,
};
pub use exports::portcullis::gate::evaluator;
