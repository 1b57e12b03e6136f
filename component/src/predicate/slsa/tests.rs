//! Statements as their builders write them (each after the builder's own documentation), and others.

use serde_json::{Value, json};

use super::*;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn checkout(repository: &str, reference: Option<&str>, revision: Option<&str>, workflow: Option<&str>) -> Checkout {
    Checkout {
        repository: repository.to_owned(),
        reference: reference.map(str::to_owned),
        revision: revision.map(str::to_owned),
        workflow: workflow.map(str::to_owned),
    }
}

/// A v1 predicate of this build type.
fn v1(build_type: &str, external: Value, dependencies: Value) -> Value {
    json!({
        "buildDefinition": {
            "buildType": build_type,
            "externalParameters": external,
            "resolvedDependencies": dependencies,
        },
        "runDetails": { "builder": { "id": "https://ci.example" } },
    })
}

fn v02(build_type: &str, config: Value, materials: Value) -> Value {
    json!({
        "builder": { "id": "https://ci.example" },
        "buildType": build_type,
        "invocation": { "configSource": config, "parameters": { "a": 1 } },
        "materials": materials,
    })
}

#[track_caller]
fn assert_source(predicate_type: &str, predicate: &Value, expected: &Source) {
    assert_eq!(&read(predicate_type, predicate).unwrap().source, expected);
}

#[test]
fn github_workflow_names_its_source() {
    let predicate = json!({
        "buildDefinition": {
            "buildType": "https://actions.github.io/buildtypes/workflow/v1",
            "externalParameters": { "workflow": {
                "ref": "refs/tags/v1", "repository": "https://github.com/acme/api", "path": ".github/workflows/release.yml"
            } },
            "internalParameters": { "github": { "event_name": "push", "repository_id": "1", "repository_owner_id": "2" } },
            "resolvedDependencies": [
                { "uri": "git+https://github.com/acme/api@refs/tags/v1", "digest": { "gitCommit": COMMIT } }
            ]
        },
        "runDetails": {
            "builder": { "id": "https://github.com/acme/ci/.github/workflows/build.yml@refs/heads/main" },
            "metadata": { "invocationId": "https://github.com/acme/api/actions/runs/1/attempts/1",
                          "finishedOn": "1970-01-01T00:01:00Z" }
        }
    });
    let read = read(V1, &predicate).unwrap();
    let workflow = Some(".github/workflows/release.yml");
    let stated = checkout(
        "https://github.com/acme/api",
        Some("refs/tags/v1"),
        Some(COMMIT),
        workflow,
    );
    assert_eq!(read.source, Source::Stated(stated));
    assert_eq!(
        read.builder,
        "https://github.com/acme/ci/.github/workflows/build.yml@refs/heads/main"
    );
    assert_eq!(
        read.invocation,
        Some("https://github.com/acme/api/actions/runs/1/attempts/1")
    );
    assert_eq!(read.materials.len(), 1);
    assert_eq!(finished(V1, &predicate), Ok(Some(60)));
}

#[test]
fn slsa_github_generator_names_the_calling_workflow() {
    let config = json!({
        "uri": "git+https://github.com/acme/api@refs/heads/main",
        "digest": { "sha1": COMMIT },
        "entryPoint": ".github/workflows/release.yml",
    });
    let predicate = v02(
        "https://github.com/slsa-framework/slsa-github-generator/container@v1",
        config,
        json!([]),
    );
    let workflow = Some(".github/workflows/release.yml");
    let stated = checkout(
        "https://github.com/acme/api",
        Some("refs/heads/main"),
        Some(COMMIT),
        workflow,
    );
    assert_source(V0_2, &predicate, &Source::Stated(stated));
    assert_eq!(read(V0_2, &predicate).unwrap().external_parameters, &json!({ "a": 1 }));
}

#[test]
fn gitlab_runner_names_the_project_and_no_workflow() {
    let build_type = "https://gitlab.com/gitlab-org/gitlab-runner/-/blob/v17.0.0/PROVENANCE.md";
    let project = "https://gitlab.com/acme/tools/api";
    let stated = Source::Stated(checkout(project, None, Some(COMMIT), None));
    let dependency = json!([{ "uri": project, "digest": { "sha256": COMMIT } }]);
    let external = json!({ "source": project, "entryPoint": "build-job" });
    assert_source(V1, &v1(build_type, external, dependency.clone()), &stated);
    let config = json!({ "uri": project, "digest": { "sha256": COMMIT }, "entryPoint": "build-job" });
    assert_source(V0_2, &v02(build_type, config, dependency), &stated);
}

#[test]
fn buildkit_names_its_context_or_nothing() {
    let context = json!({
        "uri": "https://github.com/acme/api.git#refs/tags/v1:folder",
        "digest": { "sha1": COMMIT },
        "path": "Dockerfile",
    });
    let stated = Source::Stated(checkout(
        "https://github.com/acme/api",
        Some("refs/tags/v1"),
        Some(COMMIT),
        None,
    ));
    let build_type = "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md";
    assert_source(
        V1,
        &v1(build_type, json!({ "configSource": context }), json!([])),
        &stated,
    );
    assert_source(
        V0_2,
        &v02("https://mobyproject.org/buildkit@v1", context, Value::Null),
        &stated,
    );

    let added = json!([{ "uri": "git+https://github.com/acme/api", "digest": { "sha1": COMMIT } }]);
    let local = json!({ "entryPoint": "Dockerfile" });
    assert_source(
        V0_2,
        &v02("https://mobyproject.org/buildkit@v1", local, added),
        &Source::Unstated,
    );
}

#[test]
fn cloud_build_names_what_it_built_before_its_configuration() {
    let build_type = "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1";
    let config =
        json!({ "repository": "git+https://github.com/acme/config", "ref": COMMIT, "path": "cloudbuild.yaml" });
    let configured = checkout(
        "https://github.com/acme/config",
        None,
        Some(COMMIT),
        Some("cloudbuild.yaml"),
    );
    let external = json!({ "buildConfigSource": config });
    assert_source(V1, &v1(build_type, external, json!([])), &Source::Stated(configured));
    let external = json!({
        "buildConfigSource": config,
        "sourceToBuild": { "repository": "git+https://github.com/acme/api", "ref": "refs/heads/main" }
    });
    let built = checkout("https://github.com/acme/api", Some("refs/heads/main"), None, None);
    assert_source(V1, &v1(build_type, external, json!([])), &Source::Stated(built));
}

#[test]
fn other_build_types_have_git_dependencies_each_once() {
    let dependencies = json!([
        { "uri": "git+https://github.com/acme/api.git@refs/heads/main", "digest": { "gitCommit": COMMIT } },
        { "uri": "git+https://github.com/acme/api@refs/heads/main", "digest": { "gitCommit": COMMIT } },
        { "uri": "pkg:docker/alpine@3", "digest": { "sha256": "00" } },
        { "uri": "https://github.com/acme/lib", "digest": { "gitCommit": COMMIT } },
    ]);
    let all = vec![
        checkout(
            "https://github.com/acme/api",
            Some("refs/heads/main"),
            Some(COMMIT),
            None,
        ),
        checkout("https://github.com/acme/lib", None, Some(COMMIT), None),
    ];
    let predicate = v1("https://tekton.dev/chains/v2/slsa", json!({}), dependencies);
    assert_source(V1, &predicate, &Source::Dependencies(all));
}

#[test]
fn the_first_at_sign_of_the_path_begins_the_ref() {
    let evil = Checkout::of("git+https://github.com/acme/api@refs/heads/evil@refs/tags/v1");
    assert_eq!(evil.repository, "https://github.com/acme/api");
    assert_eq!(evil.reference.as_deref(), Some("refs/heads/evil@refs/tags/v1"));
    let user = Checkout::of("git+ssh://git@github.com/acme/api.git@refs/heads/main");
    assert_eq!(user.repository, "ssh://git@github.com/acme/api");
    assert_ne!(
        Checkout::of("https://github.com@evil.example/acme/api").repository,
        "https://github.com/acme/api"
    );
    for (uri, repository) in [
        ("HTTPS", "HTTPS"),
        ("", ""),
        ("https://", "https:"),
        ("https://GitHub.com/acme/api.git/", "https://github.com/acme/api"),
        ("https://github.com/acme/Api", "https://github.com/acme/Api"),
    ] {
        assert_eq!(Checkout::of(uri).repository, repository);
    }
}

#[test]
fn two_revisions_of_one_dependency_are_none() {
    let other = "f".repeat(40);
    let dependency = |digests: Value| json!([{ "uri": "git+https://github.com/acme/api", "digest": digests }]);
    let revision = |digests| {
        let predicate = v1("https://ci.example/type", json!({}), dependency(digests));
        match read(V1, &predicate).unwrap().source {
            Source::Dependencies(all) => all[0].revision.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        revision(json!({ "gitCommit": COMMIT, "sha1": COMMIT })).as_deref(),
        Some(COMMIT)
    );
    assert_eq!(revision(json!({ "gitCommit": COMMIT, "sha1": other })), None);
    assert_eq!(revision(json!({ "gitCommit": "main" })), None);
}

#[test]
fn other_formats_are_named_fail() {
    for other in [
        "https://slsa.dev/provenance/v0.1",
        "https://slsa.dev/provenance/v1.0",
        "https://slsa.dev/provenance/v1?draft",
        "https://cyclonedx.org/bom",
    ] {
        let error = read(other, &json!({})).unwrap_err();
        assert_eq!((error.place.as_str(), error.found), ("", format!("`{other}`")));
        assert!(finished(other, &json!({})).is_err());
    }
}

#[test]
fn what_a_rule_depends_on_must_be_there_fail() {
    let good = v1("https://ci.example/type", json!({}), json!([]));
    assert!(read(V1, &good).is_ok());
    type Change = fn(&mut Value);
    let changes: [(Change, &str); 9] = [
        (|v| *v = json!([]), ""),
        (|v| v["buildDefinition"] = json!(null), "/buildDefinition"),
        (
            |v| {
                drop(
                    v["buildDefinition"]
                        .as_object_mut()
                        .unwrap()
                        .remove("externalParameters"),
                )
            },
            "/buildDefinition",
        ),
        (
            |v| v["buildDefinition"]["buildType"] = json!(1),
            "/buildDefinition/buildType",
        ),
        (|v| v["runDetails"]["builder"] = json!({}), "/runDetails/builder"),
        (
            |v| v["runDetails"]["builder"]["id"] = json!([]),
            "/runDetails/builder/id",
        ),
        (
            |v| v["buildDefinition"]["resolvedDependencies"] = json!({}),
            "/buildDefinition/resolvedDependencies",
        ),
        (
            |v| v["buildDefinition"]["resolvedDependencies"] = json!([{}, { "uri": 1 }]),
            "/buildDefinition/resolvedDependencies/1/uri",
        ),
        (
            |v| v["buildDefinition"]["resolvedDependencies"] = json!([{ "digest": { "sha256": [] } }]),
            "/buildDefinition/resolvedDependencies/0/digest/sha256",
        ),
    ];
    for (change, place) in changes {
        let mut predicate = good.clone();
        change(&mut predicate);
        assert_eq!(read(V1, &predicate).unwrap_err().place, place);
    }
    let github = v1(
        "https://actions.github.io/buildtypes/workflow/v1",
        json!({ "workflow": {} }),
        json!([]),
    );
    assert_eq!(
        read(V1, &github).unwrap_err().place,
        "/buildDefinition/externalParameters/workflow"
    );
    assert_eq!(read(V0_2, &json!({ "builder": {} })).unwrap_err().place, "/builder");
}

#[test]
fn an_end_that_is_no_time_fail() {
    let mut predicate = v1("https://ci.example/type", json!({}), json!([]));
    assert_eq!(finished(V1, &predicate), Ok(None));
    predicate["runDetails"]["metadata"] = json!({ "finishedOn": "yesterday" });
    assert!(read(V1, &predicate).is_ok());
    assert_eq!(
        finished(V1, &predicate).unwrap_err().place,
        "/runDetails/metadata/finishedOn"
    );
    let old = json!({ "metadata": { "buildFinishedOn": "1970-01-01T00:00:02Z" } });
    assert_eq!(finished(V0_2, &old), Ok(Some(2)));
}
