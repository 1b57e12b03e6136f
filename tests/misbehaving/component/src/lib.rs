//! Has the exports of the real component. `requirements` does what the name of the policy's document says.
#![cfg(target_family = "wasm")]

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::hint::black_box;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs};

wit_bindgen::generate!({ path: "../../../wit", world: "gate" });

use exports::portcullis::gate::evaluator::{Evidence, Extraction, Guest, Report, Selection};
use portcullis::gate::diagnostics::Error;
use portcullis::gate::request::{PolicySource, Request};
use portcullis::gate::requirements::Requirements;
use portcullis::gate::trust::{Description, Fault, Fetched, Repository, Step};

struct Misbehaving;

impl Guest for Misbehaving {
    fn requirements(policy: PolicySource, _: Vec<String>) -> Result<Requirements, Error> {
        Err(Error::Request(act(&policy.document.name)))
    }

    fn evaluate(_: Request) -> Result<Report, Error> {
        panic!("a bug")
    }

    fn inspect(_: Request) -> Result<Vec<Evidence>, Error> {
        Ok(Vec::new())
    }

    fn extract(_: Request, _: Selection) -> Result<Extraction, Error> {
        panic!("a bug")
    }

    fn update_trust(_: Repository, _: Vec<Fetched>, _: i64) -> Result<Step, Fault> {
        panic!("a bug")
    }

    fn show_trust(_: Repository) -> Result<Description, Fault> {
        panic!("a bug")
    }
}

fn act(name: &str) -> String {
    match name {
        "tell the time" => format!("{:?}", SystemTime::now().duration_since(UNIX_EPOCH)),
        "tell the seed" => RandomState::new().hash_one(name).to_string(),
        "tell the monotonic time" => format!("{:?}", Instant::now()),
        "read the environment" => format!("{:?}", env::var("HOME")),
        "read a file" => format!("{:?}", fs::read("/etc/hostname")),
        "print" => {
            println!("hello");
            String::new()
        }
        "multiply" => format!(
            "{:?} {:?} {:?} {:?}",
            black_box(202_i64).checked_mul(black_box(10)),
            black_box(202_i64).checked_mul(10),
            digits(black_box(b"2024")),
            black_box(i64::MAX).checked_mul(10),
        ),
        "never end" => loop {
            black_box(name);
        },
        "grow" => {
            let mut taken = Vec::new();
            loop {
                taken.push(black_box(vec![1_u8; 64 << 20]));
            }
        }
        "recurse" => recurse(0).to_string(),
        other => format!("no such act: {other}"),
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0_i64, |number, digit| {
        number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
    })
}

fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 16]);
    if black_box(true) {
        recurse(depth + 1) + frame[3]
    } else {
        0
    }
}

export!(Misbehaving);
