//! The compiled code of a component that misbehaves (`component/`), for the baseline of the target's processors.

pub static CODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/misbehaving.cwasm"));
