//! The boundary's types, generated from `wit/`; they are the domain types on this side too.
#![allow(clippy::all, missing_debug_implementations)]

wit_bindgen::generate!({
    path: "../wit",
    world: "gate",
    additional_derives: [PartialEq, Eq],
    pub_export_macro: true,
    export_macro_name: "export_gate",
});

pub use exports::portcullis::gate::evaluator;
pub use portcullis::gate::{basics, contents, diagnostics, evidence, extraction, report, request, requirements, trust};
