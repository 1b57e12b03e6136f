//! What it costs until the component can be asked: engine, digest and code; and each call's fresh instance.

fn main() {}
