//! What it costs until the component can be asked (engine, digest, code), and what each call's fresh instance costs.
#![allow(clippy::unwrap_used)]

use divan::{Bencher, black_box};
use portcullis::component::Component;
use portcullis::wit::request::{NamedFile, PolicySource};

fn main() {
    divan::main();
}

#[divan::bench]
fn load() -> Component {
    Component::load().unwrap()
}

/// A policy that is refused at its first key: little but the instance.
#[divan::bench]
fn ask(bencher: Bencher<'_, '_>) {
    let component = Component::load().unwrap();
    let policy = PolicySource {
        document: NamedFile {
            name: "portcullis.yaml".to_owned(),
            content: Vec::new(),
        },
        pinned: None,
        files: Vec::new(),
        kept_roots: Vec::new(),
        trust_override: Vec::new(),
    };
    bencher.bench(|| component.requirements(black_box(&policy), &[], 0));
}
