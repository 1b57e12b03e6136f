//! The last fence around a call. What decides about evidence are the component's own budgets, which are reached long
//! before: who runs into one of these has found a bug, and gets no verdict.

use std::fmt;

use wasmtime::ResourceLimiter;

/// Linear memory of one call. A statement of 50 MB, the largest SBOM that is accepted, takes 1 GB as a JSON value beside
/// its bundle; the rest is room for what else the image has.
pub const MEMORY_BYTES: usize = 3 << 29;

/// Bytes of one answer, once it is out of the component: every payload that was proven, and what is said of it.
pub const ANSWER_BYTES: usize = 1 << 29;

/// Entries of one table. The component has one, of its functions: some thousands.
const TABLE_ELEMENTS: usize = 1 << 20;

/// Wasm instructions of one call, roughly: minutes, where the component's budgets end after seconds.
pub const FUEL: u64 = 400_000_000_000;

/// Names the limit in the trap that it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exceeded {
    Memory { wanted: usize },
    Table { wanted: usize },
    Fuel,
}

/// Growth beyond a limit is a trap. The alternative, to tell the component that there is no more, makes its allocator
/// abort in ways that do not name the cause.
#[derive(Debug)]
pub struct Limits;

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, _: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if wanted > MEMORY_BYTES {
            return Err(Exceeded::Memory { wanted }.into());
        }
        Ok(true)
    }

    /// The system has no more: the same trap, for the same reason.
    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        Err(error)
    }

    fn table_growing(&mut self, _: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if wanted > TABLE_ELEMENTS {
            return Err(Exceeded::Table { wanted }.into());
        }
        Ok(true)
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory { wanted } => write!(
                formatter,
                "it wants {wanted} bytes of memory, the limit is {MEMORY_BYTES}"
            ),
            Self::Table { wanted } => {
                write!(
                    formatter,
                    "it wants a table of {wanted} elements, the limit is {TABLE_ELEMENTS}"
                )
            }
            Self::Fuel => write!(formatter, "it used up its {FUEL} units of fuel"),
        }
    }
}

impl std::error::Error for Exceeded {}
