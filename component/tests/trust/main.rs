//! Trusted roots from TUF repositories that the testbed makes: what is refused, and what is believed between runs.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
#[path = "../support/case.rs"]
mod case;

mod age;
mod in_force;
mod repository;
mod update;
