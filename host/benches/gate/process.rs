//! The whole process, cold, for one layout with a keyless bundle; and its parts, each for the first time in a process.

use std::process::Command;
use std::time::Instant;

use portcullis::args::PolicyChoice;
use portcullis::collect::{Collected, Depth, collect};
use portcullis::component::Component;
use portcullis::layout::Layout;
use portcullis::policy_source;
use portcullis::reference::Reference;
use portcullis::wit::basics::{Mode, Verdict};
use portcullis::wit::request::{Breadth, Request};

use crate::measure::{least, median, milliseconds, run};
use crate::{BINARY, NOW, NOW_TEXT, fixtures, text};

pub const STAGES: &str = "--stages";
const RUNS: usize = 20;
const IMAGE: &str = "registry.example/lab/v1:v1";

pub fn table() {
    let layout = text(&fixtures().join("keyless/v1"));
    let policy = text(&fixtures().join("policies/keyless.yaml"));
    let check = [
        "check", IMAGE, "--layout", &layout, "--policy", &policy, "--now", NOW_TEXT,
    ];
    let rows = [("check", check.as_slice()), ("--version", &["--version"])];
    let mut runs = rows.map(|_| Vec::new());
    for _ in 0..RUNS {
        for (runs, (_, arguments)) in runs.iter_mut().zip(rows) {
            runs.push(run(BINARY, arguments));
        }
    }
    println!("\n(a) whole process, one layout with a keyless bundle, {RUNS} runs");
    println!(
        "{:24}{:>12}{:>12}{:>12}{:>12}",
        "", "wall min", "median", "CPU min", "peak MB"
    );
    for ((name, _), runs) in rows.iter().zip(&runs) {
        let used = least(runs);
        let middle = median(runs.iter().map(|used| used.wall_ms).collect());
        let (wall, cpu, peak) = (used.wall_ms, used.cpu_ms, used.peak_mb);
        println!("{name:24}{wall:>9.1} ms{middle:>9.1} ms{cpu:>9.1} ms{peak:>12.1}");
    }
    parts();
}

/// Least of ten processes, in which each part runs once.
fn parts() {
    let mut least: Vec<(String, f64)> = Vec::new();
    for _ in 0..10 {
        let output = Command::new(std::env::current_exe().unwrap())
            .arg(STAGES)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for (position, line) in String::from_utf8(output.stdout).unwrap().lines().enumerate() {
            let (name, time) = line.split_once('\t').unwrap();
            let time: f64 = time.parse().unwrap();
            match least.get_mut(position) {
                Some((_, known)) => *known = known.min(time),
                None => least.push((name.to_owned(), time)),
            }
        }
    }
    for (name, time) in least {
        println!("  {name:34}{time:>9.2} ms");
    }
}

/// The process that goes through the parts.
pub fn stages() {
    let component = timed("load", || Component::load().unwrap());
    let policy = fixtures().join("policies/keyless.yaml");
    let choice = PolicyChoice::File {
        path: policy,
        digest: None,
    };
    let (mut policy, place) = policy_source::open(&choice).unwrap();
    let empty = policy_source::none();
    timed("a call that is refused at once", || {
        component.requirements(&empty, &[], NOW).unwrap_err()
    });
    let reference: Reference = IMAGE.parse().unwrap();
    let names = [reference.name()];
    let first = timed("requirements, names the files", || {
        component.requirements(&policy, &names, NOW).unwrap()
    });
    for file in &first.missing_files {
        policy.files.push(place.named_file(file).unwrap());
    }
    let requirements = timed("requirements, with the files", || {
        component.requirements(&policy, &names, NOW).unwrap()
    });
    let layout = fixtures().join("keyless/v1");
    let collected = timed("layout, read", || {
        let layout = Layout::open(&layout).unwrap();
        collect(&layout, &reference, &requirements.images[0], Depth::Signed)
    });
    let Collected {
        image,
        blobs,
        lookups,
        unreadable,
        ..
    } = collected;
    let bundles = Vec::new();
    let request = Request {
        policy,
        mode: Mode::Enforce,
        image,
        time: NOW,
        blobs,
        lookups,
        unreadable,
        bundles,
        breadth: Breadth::Verdict,
    };
    for name in ["evaluate", "evaluate, the same again"] {
        let report = timed(name, || component.evaluate(&request).unwrap());
        assert_eq!(report.verdict, Verdict::Allow);
    }
}

fn timed<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    println!("{name}\t{}", milliseconds(start.elapsed()));
    done
}
