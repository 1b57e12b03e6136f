//! Rego policies as `cosign verify-attestation --policy` takes them (docs/rules/attestation.md): package `signature`, one
//! statement as `input`, and `allow` that must be the boolean true; `deny` may only add to that.
//!
//! They run in regorus' virtual machine and not in its interpreter, because only the machine counts instructions.

mod error;
mod refusal;
mod scan;

use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::ExecutionMode;
use regorus::rvm::{Program, RegoVM};
use regorus::{CompiledPolicy, Engine};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::limits;

pub use error::Error;
pub(crate) use refusal::Refusal;

const PACKAGE: &str = "data.signature";
const ALLOW: &str = "data.signature.allow";
const DENY: &str = "data.signature.deny";

/// Right by construction: it compiles, and it has a rule `allow`.
#[derive(Clone)]
pub struct Rego {
    path: String,
    policy: CompiledPolicy,
    program: Arc<Program>,
    denies: bool,
}

impl std::fmt::Debug for Rego {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rego")
            .field("path", &self.path)
            .field("denies", &self.denies)
            .finish_non_exhaustive()
    }
}

impl Rego {
    /// Of version 1 where it is that, else of version 0, which is what cosign reads. `path` stands in messages.
    pub fn parse(path: &str, source: &[u8]) -> Result<Self, Error> {
        if source.len() > limits::REGO_BYTES {
            return Err(Error::TooLong { found: source.len() });
        }
        let source = std::str::from_utf8(source).map_err(|_| Error::NotText)?;
        scan::policy(source)?;
        compile(path, source, Version::One).or_else(|first| {
            compile(path, source, Version::Zero).map_err(|second| if says_version_one(source) { first } else { second })
        })
    }

    /// As the policy names the file.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Satisfied when `allow` is the boolean true and `deny`, where there is one, is empty.
    pub(crate) fn demand(&self, statement: &Json, surroundings: &Json) -> Result<(), Refusal> {
        if scan::values(statement) > limits::REGO_VALUES {
            return Err(Refusal::Budget);
        }
        let input = regorus::Value::deserialize(statement).map_err(|error| Refusal::Failed(error.to_string()))?;
        let data = regorus::Value::deserialize(surroundings).map_err(|error| Refusal::Failed(error.to_string()))?;
        let mut machine = RegoVM::new_with_policy(self.policy.clone());
        machine.set_strict_builtin_errors(true);
        // in the other mode a rule that reads a rule is a recursion on the stack of the program
        machine.set_execution_mode(ExecutionMode::Suspendable);
        machine.set_max_instructions(limits::REGO_INSTRUCTIONS);
        machine.load_program(Arc::clone(&self.program));
        machine.set_data(data).map_err(Refusal::of_machine)?;
        machine.set_input(input);
        let allow = machine
            .execute_entry_point_by_name(ALLOW)
            .map_err(Refusal::of_machine)?;
        refusal::allowed(&allow)?;
        if !self.denies {
            return Ok(());
        }
        let deny = machine.execute_entry_point_by_name(DENY).map_err(Refusal::of_machine)?;
        refusal::not_denied(&deny)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Zero,
    One,
}

fn compile(path: &str, source: &str, version: Version) -> Result<Rego, Error> {
    let mut engine = Engine::new();
    engine.set_rego_v0(version == Version::Zero);
    engine.set_strict_builtin_errors(true);
    let package = engine
        .add_policy(path.to_owned(), source.to_owned())
        .map_err(Error::of_regorus)?;
    if package != PACKAGE {
        return Err(Error::Package { found: package });
    }
    let found = engine.get_modules().iter().map(|module| module.policy.len()).sum();
    if found > limits::REGO_RULES {
        return Err(Error::TooManyRules { found });
    }
    let has = |rule| {
        engine
            .has_declared_rule_rooted_at(path, rule)
            .map_err(Error::of_regorus)
    };
    let (allows, denies) = (has("allow")?, has("deny")?);
    if !allows {
        return Err(Error::NoAllow { denies });
    }
    let policy = engine
        .compile_with_entrypoint(&ALLOW.into())
        .map_err(Error::of_regorus)?;
    let entries: &[&str] = if denies { &[ALLOW, DENY] } else { &[ALLOW] };
    let program = Compiler::compile_from_policy(&policy, entries).map_err(Error::of_regorus)?;
    Ok(Rego {
        path: path.to_owned(),
        policy,
        program,
        denies,
    })
}

/// Only version 1 has these.
fn says_version_one(source: &str) -> bool {
    source.contains("rego.v1") || source.split_whitespace().any(|word| word == "if")
}

#[cfg(test)]
mod tests;
