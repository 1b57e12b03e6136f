//! The action and the examples, as the linters of others see them: actionlint and zizmor, where `tools/test-programs` put
//! them.

use std::path::PathBuf;
use std::process::Command;

use crate::runner::repository;

/// None where the program is missing; then the test says that it was skipped.
fn program(name: &str) -> Option<Command> {
    let folder = PathBuf::from(std::env::var_os("PORTCULLIS_TEST_PROGRAMS").unwrap_or_default());
    let path = folder.join(name);
    if !path.exists() {
        eprintln!("skipped: {name} is not in the folder that PORTCULLIS_TEST_PROGRAMS names");
        return None;
    }
    let mut program = Command::new(path);
    program.current_dir(repository());
    Some(program)
}

fn workflows() -> Vec<String> {
    let entries = std::fs::read_dir(repository().join("examples/github")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.map(|name| format!("examples/github/{name}")).collect()
}

#[test]
fn actionlint_finds_nothing() {
    let Some(mut actionlint) = program("actionlint") else {
        return;
    };
    let done = actionlint.args(workflows()).output().unwrap();
    let found = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // its list of the runners that GitHub has is older than they are
    let faults: Vec<_> = found
        .lines()
        .filter(|line| !line.contains(r#""kind":"runner-label""#))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// It looks at all: an expression in a script is found.
#[test]
fn actionlint_finds_an_expression_in_a_script() {
    let Some(mut actionlint) = program("actionlint") else {
        return;
    };
    let path = std::env::temp_dir().join(format!("portcullis-actionlint-{}.yml", std::process::id()));
    let workflow = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event.pull_request.title }}\n";
    std::fs::write(&path, workflow).unwrap();
    let done = actionlint.arg(&path).output().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(
        String::from_utf8_lossy(&done.stdout).contains("potentially untrusted"),
        "{done:?}"
    );
}

#[test]
fn zizmor_finds_nothing() {
    let Some(mut zizmor) = program("zizmor") else { return };
    let strict = [
        "--offline",
        "--no-config",
        "--no-progress",
        "--persona=pedantic",
        "action.yml",
    ];
    let done = zizmor.args(strict).args(workflows()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
}
