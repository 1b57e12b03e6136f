//! Moves bytes between registries, the component that judges them, and the pipeline that asked.

pub mod wit;
