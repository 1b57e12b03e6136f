//! Proof and judgement on evidence of the testbed's own Sigstore: every step of a verification has a case that only this step
//! rejects. Each file names the steps that its cases pin.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../support/case.rs"]
mod case;

mod accepted;
mod bundle;
mod certificate;
mod counting;
mod identity;
mod legacy;
mod log;
mod roots;
mod statement;
mod targets;
mod time;
mod undecided;
