use super::*;
use crate::emit::expected::assert_expected;
use crate::emit::fixture;
use crate::run::Fault;

fn rendered(run: &Run) -> String {
    let mut out = Vec::new();
    emit(run, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn read(run: &Run) -> Value {
    serde_json::from_str(&rendered(run)).unwrap()
}

/// One image with one scan, of which everything is known.
fn sound() -> Run {
    let mut run = fixture::run();
    run.images.truncate(1);
    run.sightings.clear();
    run
}

#[test]
fn report_is_as_expected() {
    let path = "src/emit/expected/gitlab-container-scanning.json";
    assert_expected(path, &rendered(&fixture::run()));
}

fn texts<'v>(value: &'v Value, place: &str) -> &'v str {
    let text = value.pointer(place).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("{place} is no text: {value}"))
}

/// What the schema of version 15.2.1 demands, by hand.
fn assert_valid(report: &Value) {
    for tool in ["analyzer", "scanner"] {
        for field in ["id", "name", "version", "vendor/name"] {
            assert!(!texts(report, &format!("/scan/{tool}/{field}")).is_empty());
        }
    }
    for field in ["/scan/start_time", "/scan/end_time"] {
        let time = texts(report, field);
        assert!(time.len() == 19 && time.as_bytes()[10] == b'T', "{time}");
    }
    assert_eq!(texts(report, "/scan/type"), "container_scanning");
    assert!(["success", "failure"].contains(&texts(report, "/scan/status")));
    for message in report["scan"]["messages"].as_array().unwrap() {
        assert!(["info", "warn", "fatal"].contains(&texts(message, "/level")));
        assert!(!texts(message, "/value").is_empty());
    }
    assert_eq!(texts(report, "/version"), "15.2.1");
    assert!(texts(report, "/schema").starts_with("https://"));
    report["vulnerabilities"]
        .as_array()
        .unwrap()
        .iter()
        .for_each(assert_valid_vulnerability);
}

fn assert_valid_vulnerability(one: &Value) {
    assert_eq!(texts(one, "/id").len(), 36);
    assert!(texts(one, "/name").chars().count() <= 255);
    assert!(["Info", "Unknown", "Low", "Medium", "High", "Critical"].contains(&texts(one, "/severity")));
    assert!(!one["identifiers"].as_array().unwrap().is_empty());
    for identifier in one["identifiers"].as_array().unwrap() {
        for field in ["/type", "/name", "/value"] {
            assert!(!texts(identifier, field).is_empty());
        }
    }
    for field in [
        "/location/image",
        "/location/operating_system",
        "/location/dependency/package/name",
    ] {
        assert!(!texts(one, field).is_empty());
    }
    texts(one, "/location/dependency/version");
    for link in one["links"].as_array().into_iter().flatten() {
        assert!(texts(link, "/url").starts_with("http"));
    }
    for (_, detail) in one["details"].as_object().unwrap() {
        assert_eq!(
            (texts(detail, "/type"), texts(detail, "/name").is_empty()),
            ("text", false)
        );
        texts(detail, "/value");
    }
}

#[test]
fn report_has_what_the_schema_demands() {
    let failed = Run::failed(Vec::new(), sound().tool);
    for run in [fixture::run(), fixture::hostile(), sound(), failed] {
        assert_valid(&read(&run));
    }
}

#[test]
fn what_is_settled_is_left_out_and_counted() {
    let report = read(&fixture::run());
    let names: Vec<&str> = report["vulnerabilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| texts(one, "/name"))
        .collect();
    let expected = [
        "CVE-2026-0006",
        "CVE-2026-0001",
        "CVE-2026-0004",
        "CVE-2026-0005",
        "CVE-2026-0007",
        "CVE-2026-0008",
    ];
    assert_eq!(names, expected);
    let messages = report["scan"]["messages"].to_string();
    for what in [
        "addressed by signed triage",
        "an exception of the policy",
        "that the policy excludes",
    ] {
        assert!(
            messages.contains(&format!("1 vulnerabilities are left out: {what}")) || messages.contains(what),
            "{what}"
        );
    }
}

#[test]
fn what_is_not_known_is_a_failure() {
    let status = |run: &Run| texts(&read(run), "/scan/status").to_owned();
    assert_eq!(status(&sound()), "success");
    let mut undecided = fixture::run();
    undecided.images.drain(..2);
    assert_eq!(status(&undecided), "failure");
    let mut untold = sound();
    untold.images[0].report.contents = None;
    assert_eq!(status(&untold), "failure");
    let mut unscanned = sound();
    unscanned.images[0].report.contents.as_mut().unwrap().scans.clear();
    assert_eq!(status(&unscanned), "failure");
    let mut cut = sound();
    cut.images[0].report.contents.as_mut().unwrap().scans[0].left_out = 1;
    assert_eq!(status(&cut), "failure");
    let mut faulty = sound();
    faulty.faults.push(Fault::Usage {
        message: "wrong".to_owned(),
        hint: None,
    });
    assert_eq!(status(&faulty), "failure");
    let failed = Run::failed(Vec::new(), sound().tool);
    assert_eq!(status(&failed), "failure");
    assert_eq!(read(&failed)["scan"]["messages"][0]["level"], "fatal");
}

#[test]
fn the_same_vulnerability_stays_the_same() {
    let ids = |run: &Run| -> Vec<String> {
        let report = read(run);
        let all = report["vulnerabilities"].as_array().unwrap();
        all.iter().map(|one| texts(one, "/id").to_owned()).collect()
    };
    let mut later = fixture::run();
    for image in &mut later.images {
        image.report.time += 86_400;
        image.report.digest = Some(fixture::digest(0x77));
        for scan in image
            .report
            .contents
            .iter_mut()
            .flat_map(|contents| &mut contents.scans)
        {
            scan.evidence = fixture::digest(0x78);
        }
    }
    assert_eq!(ids(&later), ids(&fixture::run()));
}

/// Two platforms of one image have the same packages.
#[test]
fn one_vulnerability_of_two_platforms_is_one() {
    let mut run = fixture::run();
    let before = read(&run)["vulnerabilities"].as_array().unwrap().len();
    let scans = &mut run.images[1].report.contents.as_mut().unwrap().scans;
    let mut other = scans[0].clone();
    other.target = fixture::digest(0x23);
    scans.push(other);
    assert_eq!(read(&run)["vulnerabilities"].as_array().unwrap().len(), before);
}

#[test]
fn hostile_text_is_cleaned_data() {
    let report = read(&fixture::hostile());
    for one in report["vulnerabilities"].as_array().unwrap() {
        for place in [
            "/name",
            "/location/image",
            "/location/dependency/package/name",
            "/details/rule/value",
        ] {
            fixture::assert_harmless_log(texts(one, place));
        }
        assert_eq!(one.get("links"), None);
        assert!(!texts(one, "/description").contains('<'));
        assert!(
            !one["solution"]
                .as_str()
                .unwrap_or_default()
                .contains(['<', '@', '[', '`'])
        );
    }
}
