//! Who is recognised and who is not; each near miss names the condition that it fails.

use super::*;

const SAN: &str = "https://github.com/acme/api/.github/workflows/release.yml@refs/tags/v1.2";

fn identity(subject: &str, changes: &[(Claim, Option<&str>)]) -> Identity {
    let mut claims: BTreeMap<Claim, String> = [
        (Claim::BuildSignerUri, subject),
        (Claim::BuildSignerDigest, "1111111111111111111111111111111111111111"),
        (Claim::RunnerEnvironment, "github-hosted"),
        (Claim::SourceRepositoryUri, "https://github.com/acme/api"),
        (Claim::SourceRepositoryRef, "refs/tags/v1.2"),
        (Claim::SourceRepositoryIdentifier, "42"),
        (Claim::SourceRepositoryOwnerIdentifier, "7"),
        (Claim::BuildTrigger, "push"),
        (Claim::SourceRepositoryVisibility, "private"),
    ]
    .into_iter()
    .map(|(claim, text)| (claim, text.to_owned()))
    .collect();
    for (claim, text) in changes {
        match text {
            Some(text) => claims.insert(*claim, (*text).to_owned()),
            None => claims.remove(claim),
        };
    }
    Identity {
        subject: Subject::Uri(subject.to_owned()),
        issuer: Some(GITHUB_ISSUER.to_owned()),
        claims,
    }
}

fn github(changes: impl FnOnce(&mut Github)) -> Signer {
    let mut github = Github {
        issuer: GITHUB_ISSUER.to_owned(),
        server: GITHUB_SERVER.to_owned(),
        repository: pattern("acme/api"),
        workflow: pattern("acme/api/.github/workflows/release.yml"),
        reference: Some(pattern("refs/tags/v*")),
        environment: None,
        workflow_reference: None,
        workflow_digest: None,
        triggers: triggers::GITHUB_DEFAULT.iter().map(|&t| t.to_owned()).collect(),
        runner: None,
        visibility: None,
        repository_id: None,
        owner_id: None,
    };
    changes(&mut github);
    signer(Recognises::Github(Box::new(github)))
}

fn signer(recognises: Recognises) -> Signer {
    Signer {
        name: "release".to_owned(),
        line: 3,
        recognises,
        log: LogDemand::Entry,
        ct: super::CtDemand::Required,
        logs: OwnLogs::default(),
        root: Some("sigstore".to_owned()),
    }
}

fn keyless(identity: TextMatch) -> Signer {
    let issuer = TextMatch::Exact(GITHUB_ISSUER.to_owned());
    signer(Recognises::Keyless(Keyless { issuer, identity }))
}

fn regexp(source: &str) -> Signer {
    keyless(TextMatch::Regexp(source.parse().unwrap()))
}

fn pattern(text: &str) -> Glob {
    text.parse().unwrap()
}

fn field(signer: &Signer, identity: &Identity) -> Option<&'static str> {
    signer.recognises(identity).err().map(|near| near.field)
}

#[test]
fn the_release_is_recognised() {
    assert_eq!(field(&github(|_| ()), &identity(SAN, &[])), None);
    let all = github(|g| {
        g.workflow_reference = Some(pattern("refs/tags/*"));
        g.workflow_digest = Some("1".repeat(40));
        g.runner = Some("github-hosted".to_owned());
        g.visibility = Some("private".to_owned());
        g.repository_id = Some("42".to_owned());
        g.owner_id = Some("7".to_owned());
    });
    assert_eq!(field(&all, &identity(SAN, &[])), None);
}

#[test]
fn each_condition_is_demanded_and_absent_never_matches() {
    let all = github(|g| {
        g.environment = Some(pattern("**"));
        g.workflow_reference = Some(pattern("refs/tags/*"));
        g.workflow_digest = Some("1".repeat(40));
        g.runner = Some("github-hosted".to_owned());
        g.visibility = Some("private".to_owned());
        g.repository_id = Some("42".to_owned());
        g.owner_id = Some("7".to_owned());
    });
    let good = (Claim::DeploymentEnvironment, Some("production"));
    assert_eq!(field(&all, &identity(SAN, &[good])), None);
    let cases = [
        (Claim::BuildSignerUri, "workflow"),
        (Claim::SourceRepositoryUri, "repository"),
        (Claim::SourceRepositoryRef, "ref"),
        (Claim::DeploymentEnvironment, "environment"),
        (Claim::BuildSignerDigest, "workflow-digest"),
        (Claim::RunnerEnvironment, "runner"),
        (Claim::SourceRepositoryVisibility, "visibility"),
        (Claim::SourceRepositoryIdentifier, "repository-id"),
        (Claim::SourceRepositoryOwnerIdentifier, "owner-id"),
        (Claim::BuildTrigger, "triggers"),
    ];
    let mut held = 0;
    for (claim, expected) in cases {
        for other in [None, Some(""), Some("https://github.com/evil/x@refs/heads/y")] {
            if claim == Claim::DeploymentEnvironment && other.is_some_and(|text| !text.is_empty()) {
                continue;
            }
            let near = all.recognises(&identity(SAN, &[good, (claim, other)])).unwrap_err();
            assert_eq!(near.field, expected, "{claim:?} {other:?}");
            assert!(near.held >= held);
            held = near.held;
        }
    }
    let mut other_issuer = identity(SAN, &[good]);
    other_issuer.issuer = Some(format!("{GITHUB_ISSUER}.evil.example"));
    assert_eq!(field(&all, &other_issuer), Some("issuer"));
}

#[test]
fn github_pull_request_target_fail() {
    for trigger in [
        "pull_request_target",
        "workflow_run",
        "issue_comment",
        "repository_dispatch",
    ] {
        let near = github(|_| ()).recognises(&identity(SAN, &[(Claim::BuildTrigger, Some(trigger))]));
        assert_eq!(near.unwrap_err().field, "triggers");
    }
}

#[test]
fn github_reusable_from_stranger_fail() {
    let stranger = identity(
        SAN,
        &[(Claim::SourceRepositoryUri, Some("https://github.com/evil/api"))],
    );
    assert_eq!(field(&github(|_| ()), &stranger), Some("repository"));
    let prefixed = identity(
        SAN,
        &[(Claim::SourceRepositoryUri, Some("https://github.com.evil/acme/api"))],
    );
    assert_eq!(field(&github(|_| ()), &prefixed), Some("repository"));
}

#[test]
fn san_branch_with_at_fail() {
    let branch = "refs/heads/evil@refs/heads/main";
    let san = format!("https://github.com/acme/api/.github/workflows/x.yml@{branch}");
    let evil = identity(&san, &[(Claim::SourceRepositoryRef, Some(branch))]);
    let wild = r"https://github\.com/acme/api/\.github/workflows/.*@refs/heads/main";
    let near = regexp(wild).recognises(&evil).unwrap_err();
    assert_eq!(near.field, "identity");
    assert!(near.hint.unwrap().contains('@'));

    let main = github(|g| {
        g.workflow = pattern("acme/api/.github/workflows/*");
        g.reference = Some(pattern("refs/heads/main"));
        g.workflow_reference = Some(pattern("refs/heads/main"));
    });
    assert_eq!(field(&main, &evil), Some("ref"));
    let any_ref = github(|g| {
        g.workflow = pattern("acme/api/.github/workflows/*");
        g.reference = Some(pattern("**"));
        g.workflow_reference = Some(pattern("refs/heads/main"));
    });
    assert_eq!(field(&any_ref, &evil), Some("workflow-ref"));
    assert!(
        regexp(r"https://github\.com/acme/api/\.github/workflows/x\.yml@.*")
            .recognises(&evil)
            .is_ok()
    );
    assert!(keyless(TextMatch::Exact(san.clone())).recognises(&evil).is_ok());
}

#[test]
fn san_email_holds_uri_fail() {
    let mut email = identity(SAN, &[]);
    email.subject = Subject::Email(SAN.to_owned());
    assert_eq!(field(&github(|_| ()), &email), Some("workflow"));
    let near = keyless(TextMatch::Exact(SAN.to_owned()))
        .recognises(&email)
        .unwrap_err();
    assert_eq!(
        near.hint.as_deref(),
        Some("the policy means a URI, the certificate has an e-mail address")
    );
    assert!(regexp(r"https://github\.com/acme/.*").recognises(&email).is_err());

    let mut uri = identity("alice@acme.example", &[]);
    assert!(
        keyless(TextMatch::Exact("alice@acme.example".to_owned()))
            .recognises(&uri)
            .is_err()
    );
    uri.subject = Subject::Email("alice@acme.example".to_owned());
    assert!(
        keyless(TextMatch::Exact("alice@acme.example".to_owned()))
            .recognises(&uri)
            .is_ok()
    );
    assert!(regexp(r".*@acme\.example").recognises(&uri).is_ok());
    uri.subject = Subject::Username("alice!acme.example".to_owned());
    assert!(regexp(r".*@acme\.example").recognises(&uri).is_err());
    assert!(
        keyless(TextMatch::Exact("alice!acme.example".to_owned()))
            .recognises(&uri)
            .is_ok()
    );
}

#[test]
fn the_subject_must_be_the_claim() {
    let other = "https://github.com/acme/api/.github/workflows/other.yml@refs/tags/v1.2";
    let near = github(|_| ()).recognises(&identity(other, &[(Claim::BuildSignerUri, Some(SAN))]));
    assert_eq!(near.unwrap_err().field, "workflow");
}

#[test]
fn a_workflow_at_a_commit_is_parted_from_it() {
    let commit = "a".repeat(40);
    let san = format!("https://github.com/acme/api/.github/workflows/release.yml@{commit}");
    assert_eq!(field(&github(|_| ()), &identity(&san, &[])), None);
    let tag = "https://github.com/acme/api/.github/workflows/release.yml@v1";
    assert_eq!(field(&github(|_| ()), &identity(tag, &[])), Some("workflow"));
}

#[test]
fn case_is_set_aside_only_with_the_number() {
    let san = SAN.replace("acme/api", "Acme/API");
    let renamed = identity(
        &san,
        &[(Claim::SourceRepositoryUri, Some("https://github.com/Acme/API"))],
    );
    let near = github(|_| ()).recognises(&renamed).unwrap_err();
    assert_eq!(near.field, "repository");
    assert!(near.hint.unwrap().contains("`repository-id`"));
    assert_eq!(
        field(&github(|g| g.repository_id = Some("42".to_owned())), &renamed),
        None
    );
    assert_eq!(
        field(&github(|g| g.repository_id = Some("43".to_owned())), &renamed),
        Some("repository")
    );
    let shouting = san.replace("release.yml", "RELEASE.yml");
    let other = identity(
        &shouting,
        &[(Claim::SourceRepositoryUri, Some("https://github.com/Acme/API"))],
    );
    assert_eq!(
        field(&github(|g| g.repository_id = Some("42".to_owned())), &other),
        Some("workflow")
    );
}

#[test]
fn near_misses_say_why() {
    let release = github(|g| g.reference = Some(pattern("refs/heads/release*")));
    let near = release.recognises(&identity(
        SAN,
        &[(Claim::SourceRepositoryRef, Some("refs/heads/release/1.x"))],
    ));
    let near = near.unwrap_err();
    assert_eq!(
        (near.expected.as_str(), near.found.as_str()),
        ("refs/heads/release*", "refs/heads/release/1.x")
    );
    assert!(near.hint.unwrap().contains("does not cross"));
}

#[test]
fn gitlab_compares_claims() {
    let gitlab = |reference: &str| {
        signer(Recognises::Gitlab(Box::new(Gitlab {
            issuer: GITLAB_ISSUER.to_owned(),
            project: pattern("acme/api"),
            reference: pattern(reference),
            triggers: triggers::GITLAB_DEFAULT.iter().map(|&t| t.to_owned()).collect(),
            config: None,
            config_reference: None,
            config_digest: None,
            environment: None,
            runner: None,
            visibility: None,
            project_id: None,
            namespace_id: None,
        })))
    };
    let san = "https://gitlab.com/acme/api//.gitlab-ci.yml@refs/heads/main";
    let from = |changes: &[(Claim, Option<&str>)]| {
        let mut all = vec![
            (Claim::SourceRepositoryUri, Some("https://gitlab.com/acme/api")),
            (Claim::SourceRepositoryRef, Some("refs/heads/main")),
        ];
        all.extend_from_slice(changes);
        let mut identity = identity(san, &all);
        identity.issuer = Some(GITLAB_ISSUER.to_owned());
        identity
    };
    assert_eq!(field(&gitlab("refs/heads/main"), &from(&[])), None);
    assert_eq!(field(&gitlab("refs/tags/*"), &from(&[])), Some("ref"));
    let merge_request = from(&[(Claim::BuildTrigger, Some("merge_request_event"))]);
    assert_eq!(field(&gitlab("refs/heads/main"), &merge_request), Some("triggers"));
    let fork = from(&[(Claim::SourceRepositoryUri, Some("https://gitlab.com/fork/api"))]);
    assert_eq!(field(&gitlab("refs/heads/main"), &fork), Some("project"));
}

#[test]
fn keys_recognise_no_certificate() {
    assert_eq!(
        field(&signer(Recognises::Keys(Vec::new())), &identity(SAN, &[])),
        Some("key")
    );
}
