//! What one process used, by the kernel's own count.
//!
//! The kernel sums up all children of a process, so each is started by a process of its own: this program, which then has
//! one child. The peak of a child cannot be seen below that of the process that started it, some 5 MB.

use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

pub const CHILD: &str = "--measure";

#[derive(Debug, Clone, Copy)]
pub struct Used {
    pub wall_ms: f64,
    pub cpu_ms: f64,
    pub peak_mb: f64,
}

/// Runs a program to its end, which must be a good one.
pub fn run<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: &[A]) -> Used {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.arg(CHILD).arg(program).args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let numbers = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<f64> = numbers.split_whitespace().map(|word| word.parse().unwrap()).collect();
    Used {
        wall_ms: numbers[0],
        cpu_ms: numbers[1],
        peak_mb: numbers[2],
    }
}

/// The process between.
pub fn child(arguments: &[String]) {
    let mut command = Command::new(&arguments[0]);
    command
        .args(&arguments[1..])
        .stdout(Stdio::null())
        .env_remove("GITHUB_ACTIONS");
    let start = Instant::now();
    let status = command.status().unwrap();
    let wall = start.elapsed();
    assert!(status.success(), "{arguments:?}: {status}");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let cpu = [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3)
        .sum::<f64>();
    println!("{} {cpu} {}", milliseconds(wall), usage.max_rss() as f64 / 1e3);
}

/// The least of each number.
pub fn least(runs: &[Used]) -> Used {
    let least = |number: fn(&Used) -> f64| runs.iter().map(number).fold(f64::INFINITY, f64::min);
    Used {
        wall_ms: least(|used| used.wall_ms),
        cpu_ms: least(|used| used.cpu_ms),
        peak_mb: least(|used| used.peak_mb),
    }
}

pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
