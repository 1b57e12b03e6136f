//! Runs the component: compiled code that came with this binary, a fresh instance for each call, two pure imports, and
//! limits. Nothing here has an opinion about what the component answers.

mod config;
mod embedded;
mod imports;
mod limits;
#[cfg(test)]
mod tests;

use std::error::Error as StdError;
use std::fmt;

use wasmtime::component::Linker;
use wasmtime::{Engine, Store, Trap, WasmBacktrace};

use crate::wit::basics::Timestamp;
use crate::wit::diagnostics;
use crate::wit::evidence::Evidence;
use crate::wit::extraction::{Extraction, Selection};
use crate::wit::report::Report;
use crate::wit::request::{PolicySource, Request};
use crate::wit::requirements::Requirements;
use crate::wit::trust::{self, Description, Fetched, Repository, Step};
use crate::wit::{Gate, GatePre};

use embedded::{Code, Variant};
use limits::{Exceeded, Limits};

/// The component, loaded and ready. Calls share nothing: threads may use one value at the same time.
pub struct Component {
    gate: GatePre<State>,
    variant: Variant,
    fuel: u64,
}

/// What one call has: the clock, and what it may use.
struct State {
    time: Timestamp,
    limits: Limits,
}

/// Why the component gave no answer of the kind that was asked for.
#[derive(Debug)]
pub enum Error {
    /// The component answered that it was asked wrongly: the policy's faults, or the host's.
    Refused(diagnostics::Error),
    /// The component did not come to an end: a bug of it, or a limit. Never a verdict. `place` names the call and, where
    /// it is known, the function; `reason` the instruction, import or limit.
    Trapped { place: String, reason: String },
    /// The code in this binary is not the code that was built; SHA-256, hexadecimal.
    Damaged { expected: String, found: String },
    /// The engine refuses this machine or the code on it.
    Unusable { source: Box<dyn StdError + Send + Sync> },
}

/// Why the component gave no answer about a trusted root.
#[derive(Debug)]
pub enum TrustError {
    /// What was fetched or kept does not verify.
    Refused(trust::Fault),
    Component(Error),
}

impl From<Error> for TrustError {
    fn from(error: Error) -> Self {
        Self::Component(error)
    }
}

impl Component {
    /// Loads the code that fits this processor. The digest and the copy of the code take the time: load once, ask often.
    pub fn load() -> Result<Self, Error> {
        Self::from_code(embedded::for_this_processor())
    }

    fn from_code(code: &Code) -> Result<Self, Error> {
        let engine = Engine::new(&config::config()).map_err(unusable)?;
        let component = code.load(&engine)?;
        let mut linker = Linker::new(&engine);
        imports::link(&mut linker, &component).map_err(unusable)?;
        let gate = linker
            .instantiate_pre(&component)
            .and_then(GatePre::new)
            .map_err(unusable)?;
        Ok(Self {
            gate,
            variant: code.variant,
            fuel: limits::FUEL,
        })
    }

    /// What `policy` wants to see of `images` (normalised `registry/repository`). `time` is the component's clock.
    pub fn requirements(
        &self,
        policy: &PolicySource,
        images: &[String],
        time: Timestamp,
    ) -> Result<Requirements, Error> {
        self.call("requirements", time, |store, gate| {
            gate.portcullis_gate_evaluator()
                .call_requirements(store, policy, images)
        })
    }

    /// Proves and judges one image.
    pub fn evaluate(&self, request: &Request) -> Result<Report, Error> {
        self.call("evaluate", request.time, |store, gate| {
            gate.portcullis_gate_evaluator().call_evaluate(store, request)
        })
    }

    /// Proves what is there about one image, without judging it.
    pub fn inspect(&self, request: &Request) -> Result<Vec<Evidence>, Error> {
        self.call("inspect", request.time, |store, gate| {
            gate.portcullis_gate_evaluator().call_inspect(store, request)
        })
    }

    /// Hands out what is selected of what could be proven.
    pub fn extract(&self, request: &Request, selection: &Selection) -> Result<Extraction, Error> {
        self.call("extract", request.time, |store, gate| {
            gate.portcullis_gate_evaluator().call_extract(store, request, selection)
        })
    }

    /// What a TUF repository is to be asked next, or what came of its answers so far.
    pub fn update_trust(
        &self,
        repository: &Repository,
        fetched: &[Fetched],
        time: Timestamp,
    ) -> Result<Step, TrustError> {
        self.ask("update-trust", time, |store, gate| {
            gate.portcullis_gate_evaluator()
                .call_update_trust(store, repository, fetched, time)
        })?
        .map_err(TrustError::Refused)
    }

    /// The trusted root that a name stands for.
    pub fn show_trust(&self, repository: &Repository, time: Timestamp) -> Result<Description, TrustError> {
        self.ask("show-trust", time, |store, gate| {
            gate.portcullis_gate_evaluator().call_show_trust(store, repository)
        })?
        .map_err(TrustError::Refused)
    }

    fn call<T>(
        &self,
        export: &str,
        time: Timestamp,
        ask: impl FnOnce(&mut Store<State>, &Gate) -> wasmtime::Result<Result<T, diagnostics::Error>>,
    ) -> Result<T, Error> {
        self.ask(export, time, ask)?.map_err(Error::Refused)
    }

    fn ask<T>(
        &self,
        export: &str,
        time: Timestamp,
        ask: impl FnOnce(&mut Store<State>, &Gate) -> wasmtime::Result<T>,
    ) -> Result<T, Error> {
        let mut store = Store::new(self.gate.engine(), State { time, limits: Limits });
        store.limiter(|state| &mut state.limits);
        store.set_hostcall_fuel(limits::ANSWER_BYTES);
        let answer = store.set_fuel(self.fuel).and_then(|()| {
            let gate = self.gate.instantiate(&mut store)?;
            ask(&mut store, &gate)
        });
        answer.map_err(|error| trapped(export, &error))
    }
}

/// SHA-256 of the component that is embedded, whatever processor its code was compiled for: `sha256:` and 64 hexadecimal
/// digits.
pub fn digest() -> String {
    format!("sha256:{}", embedded::hexadecimal(&embedded::SOURCE))
}

fn unusable(error: wasmtime::Error) -> Error {
    Error::Unusable {
        source: error.into_boxed_dyn_error(),
    }
}

fn trapped(export: &str, error: &wasmtime::Error) -> Error {
    let function = error
        .downcast_ref::<WasmBacktrace>()
        .and_then(|backtrace| backtrace.frames().iter().find_map(|frame| frame.func_name()));
    let place = match function {
        Some(function) => format!("{export}, in {function}"),
        None => export.to_owned(),
    };
    let exceeded = error.downcast_ref::<Exceeded>().map(Exceeded::to_string);
    let reason = match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Exceeded::Fuel.to_string(),
        Some(trap) => trap.to_string(),
        None => exceeded.unwrap_or_else(|| error.root_cause().to_string()),
    };
    Error::Trapped { place, reason }
}

impl fmt::Debug for Component {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Component")
            .field("variant", &self.variant)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(diagnostics::Error::Policy(found)) => {
                write!(formatter, "the policy is wrong in {} places", found.len())
            }
            Self::Refused(diagnostics::Error::Request(reason)) => write!(formatter, "the request is wrong: {reason}"),
            Self::Trapped { place, reason } => write!(formatter, "the component trapped in `{place}`: {reason}"),
            Self::Damaged { expected, found } => write!(
                formatter,
                "this binary is damaged: its component's code should have the SHA-256 `{expected}` and has `{found}`"
            ),
            Self::Unusable { .. } => formatter.write_str("the component does not run on this machine"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Unusable { source } => Some(source.as_ref()),
            _ => None,
        }
    }
}
