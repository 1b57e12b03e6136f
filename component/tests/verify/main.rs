//! Proof and judgement on evidence of the testbed's own Sigstore: every step of a verification has a case that only this step
//! rejects. Each file names the steps that its cases pin.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../support/case.rs"]
mod case;
#[allow(dead_code)]
#[path = "../support/mod.rs"]
mod support;

#[path = "../support/omission.rs"]
mod omission;

mod accepted;
mod bundle;
mod certificate;
mod corpus;
mod counting;
mod document;
mod hostile;
mod identity;
mod key_windows;
mod legacy;
mod log;
mod monotony;
mod mutate;
mod mutation;
mod own_logs;
mod own_pki;
mod pipelines;
mod roots;
mod statement;
mod targets;
mod time;
mod undecided;
mod unsupported;
