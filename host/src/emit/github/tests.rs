//! Annotations and outputs: the platform's caps and escapes, attacked.

use super::output::{OutputPath, outputs};
use super::*;
use crate::emit::expected::assert_expected;
use crate::emit::fixture;
use crate::run::Image;

fn rendered(run: &Run) -> String {
    let mut out = Vec::new();
    emit(run, Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What the runner would obey: `::` after blanks at the start of a line.
fn commands(log: &str) -> Vec<&str> {
    log.lines().filter(|line| line.trim_start().starts_with("::")).collect()
}

fn name(command: &str) -> &str {
    command[2..].split([' ', ':']).next().unwrap()
}

fn with_findings(count: usize) -> Run {
    let denied = |_| Image {
        mentions: Vec::new(),
        ..fixture::run().images[1].clone()
    };
    let denied: Vec<Image> = (0..count).map(denied).collect();
    Run {
        images: denied,
        sightings: Vec::new(),
        ..fixture::run()
    }
}

#[test]
fn log_is_as_expected() {
    assert_expected("src/emit/expected/github.txt", &rendered(&fixture::run()));
}

#[test]
fn hostile_text_adds_no_command() {
    let (friendly, hostile) = (rendered(&fixture::run()), rendered(&fixture::hostile()));
    let names = |log| {
        commands(log)
            .into_iter()
            .map(name)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&hostile), names(&friendly));
    let rest: String = hostile
        .lines()
        .filter(|line| !line.starts_with("::"))
        .flat_map(|line| [line, "\n"])
        .collect();
    fixture::assert_harmless_log(&rest);
    assert!(!hostile.contains("##"));
    for command in commands(&hostile)
        .into_iter()
        .filter(|command| command.contains("title="))
    {
        let (properties, _) = command[2..].split_once("::").unwrap();
        let keys: Vec<_> = properties
            .split_once(' ')
            .unwrap()
            .1
            .split(',')
            .map(|pair| pair.split('=').next().unwrap())
            .collect();
        let allowed: [&[&str]; 4] = [
            &["title"],
            &["file", "line", "title"],
            &["file", "line", "col", "title"],
            &["file", "line", "endLine", "col", "endColumn", "title"],
        ];
        assert!(allowed.contains(&keys.as_slice()), "{properties}");
    }
}

#[test]
fn escapes_are_the_platforms() {
    let text = say!["50%, a:b"];
    assert_eq!(data(&text), "50%25, a:b");
    assert_eq!(property(&text), "50%25%2C a%3Ab");
}

#[test]
fn ten_of_a_kind_and_the_last_one_counts_the_rest() {
    for (findings, shown, last) in [
        (9, 9, None),
        (10, 10, None),
        (11, 10, Some("and 1 more")),
        (500, 10, Some("and 490 more")),
    ] {
        let log = rendered(&with_findings(findings));
        let errors: Vec<_> = commands(&log)
            .into_iter()
            .filter(|command| name(command) == "error")
            .collect();
        assert_eq!(errors.len(), shown);
        let counted: Vec<_> = errors
            .iter()
            .filter(|error| error.contains(" more; the job summary"))
            .collect();
        assert_eq!(counted.len(), usize::from(last.is_some()));
        assert!(
            last.is_none_or(|last| errors[shown - 1].contains(last)),
            "{}",
            errors[shown - 1]
        );
    }
    const { assert!(3 * PER_KIND <= PER_RUN) };
}

#[test]
fn the_most_severe_come_first() {
    let mut run = with_findings(12);
    for (number, image) in run.images.iter_mut().enumerate() {
        let severity = match number {
            11 => crate::wit::basics::Severity::Critical,
            _ => crate::wit::basics::Severity::High,
        };
        for finding in &mut image.report.rules[0].findings {
            finding.severity = severity;
        }
    }
    run.images[11].report.reference = "the-critical-one".to_owned();
    let log = rendered(&run);
    assert!(commands(&log)[0].contains("the-critical-one"));
}

#[test]
fn inform_has_no_errors() {
    let run = Run {
        mode: crate::wit::basics::Mode::Inform,
        ..with_findings(3)
    };
    let log = rendered(&run);
    assert!(commands(&log).into_iter().all(|command| name(command) != "error"));
}

#[test]
fn policy_errors_point_at_their_line() {
    let mut error = fixture::run().warnings[0].clone();
    error.level = crate::wit::diagnostics::Level::Error;
    let log = rendered(&Run::failed(vec![crate::run::Fault::Policy(error)], Default::default()));
    assert!(
        log.starts_with("::error file=portcullis.yaml,line=9,col=5,title=the policy is wrong::"),
        "{log}"
    );
}

#[test]
fn outputs_are_as_expected() {
    let expected = format!(
        "verdict=deny\nimages=[\"ghcr.io/acme/api@{}\"]\nreport=out/report.json\n",
        fixture::digest(0x11)
    );
    assert_eq!(
        outputs(&fixture::run(), OutputPath::new("out/report.json")).unwrap(),
        expected
    );
}

#[test]
fn hostile_values_cannot_break_out_of_the_outputs() {
    let written = outputs(&fixture::hostile(), None).unwrap();
    let lines: Vec<_> = written.split(['\n', '\r', '\u{85}', '\u{2028}']).collect();
    assert_eq!(lines.len(), 3, "two values and the end: {written:?}");
    assert_eq!((lines[0], lines[2]), ("verdict=deny", ""));
    assert!(
        written
            .bytes()
            .all(|byte| byte == b'\n' || (0x20..0x7f).contains(&byte))
    );
    // the runner takes `name<<delimiter` only where no `=` comes before it
    assert!(lines[1].find('=') < lines[1].find("<<"));
    let images: Vec<String> = serde_json::from_str(lines[1].strip_prefix("images=").unwrap()).unwrap();
    assert_eq!(images, fixture::hostile().pinned());
    for path in ["a\nverdict=allow", "a\r", "ä", "", "\u{1b}", "a\u{2028}"] {
        assert_eq!(OutputPath::new(path), None, "{path:?}");
    }
}

#[test]
fn flags_are_no_file() {
    let mut run = with_findings(1);
    run.policy.file = crate::run::FLAGS.to_owned();
    assert!(rendered(&run).starts_with("::error title="));
}

#[test]
fn an_image_in_ten_places_is_annotated_ten_times() {
    let mut run = with_findings(1);
    let place = |line| crate::run::Place {
        file: "./deploy/a,b:c%.yaml".to_owned(),
        line,
        column: 16,
        end_column: 39,
    };
    run.images[0].mentions = (1..=10)
        .map(|line| crate::run::Mention {
            place: place(line),
            text: "ghcr.io/acme/web:latest".to_owned(),
        })
        .collect();
    let log = rendered(&run);
    let errors: Vec<_> = commands(&log)
        .into_iter()
        .filter(|command| name(command) == "error")
        .collect();
    assert_eq!(errors.len(), 10);
    for (number, error) in errors.into_iter().enumerate() {
        let line = number + 1;
        let place = format!("file=deploy/a%2Cb%3Ac%25.yaml,line={line},endLine={line},col=16,endColumn=39,title=");
        assert!(error.starts_with(&format!("::error {place}")), "{error}");
        assert!(error.ends_with("rule at portcullis.yaml:42"), "{error}");
    }
}

/// A cap may hide a second place, never another finding.
#[test]
fn first_places_come_before_second_ones() {
    let mut run = with_findings(9);
    let place = |line| crate::run::Mention {
        place: crate::run::Place {
            file: "deploy/web.yaml".to_owned(),
            line,
            ..Default::default()
        },
        text: "ghcr.io/acme/web:latest".to_owned(),
    };
    run.images[0].mentions = (1..=50).map(place).collect();
    run.images[8].report.reference = "the-last-one".to_owned();
    let log = rendered(&run);
    assert!(
        commands(&log)[..10]
            .iter()
            .any(|command| command.contains("the-last-one"))
    );
}

#[test]
fn what_could_not_be_judged_is_an_error_at_its_line() {
    let log = rendered(&fixture::run());
    let place = "file=deploy/web.yaml,line=31,endLine=31,col=16,endColumn=50,title=undecided%3A unresolved";
    assert!(log.contains(&format!("::error {place}::")), "{log}");
}

#[test]
fn debug_lines_are_commands_and_nothing_else() {
    for run in [fixture::run(), fixture::hostile()] {
        let mut out = Vec::new();
        debug(&run, &mut out).unwrap();
        let log = String::from_utf8(out).unwrap();
        for line in log.lines() {
            fixture::assert_harmless_log(line.strip_prefix("::debug::").unwrap());
        }
        let evidence: usize = run.images.iter().map(|image| image.report.evidence.len()).sum();
        assert_eq!(
            log.lines().count(),
            run.contacted.len() + run.images.len() + evidence + 1
        );
    }
}

/// Ten thousand findings in an image that ten thousand places name: the caps hold, the rest is counted, and it ends.
#[test]
fn ten_thousand_findings_in_ten_thousand_places() {
    let mut run = with_findings(1);
    let finding = crate::wit::report::Finding {
        expected: String::new(),
        found: String::new(),
        near_misses: Vec::new(),
        hint: None,
        ..run.images[0].report.rules[0].findings[0].clone()
    };
    run.images[0].report.rules[0].findings = vec![finding; 10_000];
    let mention = |line| crate::run::Mention {
        place: crate::run::Place {
            file: "a.yaml".to_owned(),
            line,
            ..Default::default()
        },
        text: "a".to_owned(),
    };
    run.images[0].mentions = (1..=10_000).map(mention).collect();
    let mut log = Vec::new();
    annotations(&run, &mut log).unwrap();
    let log = String::from_utf8(log).unwrap();
    let errors: Vec<_> = commands(&log)
        .into_iter()
        .filter(|command| name(command) == "error")
        .collect();
    assert_eq!(errors.len(), PER_KIND);
    assert!(errors[0].contains("named in 9998 more places"), "{}", errors[0]);
    assert!(errors[9].contains("and 19990 more; the job summary"), "{}", errors[9]);
}

#[test]
fn hostile_paths_stay_properties() {
    let mut run = with_findings(1);
    for (file, expected) in [
        ("a,line=1,title=x::y", "file=a%2Cline=1%2Ctitle=x%3A%3Ay,"),
        ("a\n::error::x", "file=a\u{240a}%3A %3Aerror%3A%3Ax,"),
        ("100%25", "file=100%2525,"),
        ("./a b", "file=a b,"),
    ] {
        run.images[0].mentions = vec![crate::run::Mention {
            place: crate::run::Place {
                file: file.to_owned(),
                line: 1,
                ..Default::default()
            },
            text: String::new(),
        }];
        let log = rendered(&run);
        let command = commands(&log)[0];
        assert!(
            command.starts_with(&format!("::error {expected}line=1,title=")),
            "{command}"
        );
    }
}
