//! Certificates of an authority that the policy brings, or pinned: each combination of `leaf` and `chain`, what proves the time,
//! and what an authority must be (`Chain::read` on load; `untimed`, `names` and `authority_valid` on use).

use portcullis_component::wit::basics::ResultClass::*;
use portcullis_component::wit::report::Report;
use testbed::clock::{DAY, NOON};
use testbed::*;

use crate::case::{Case, NAME, image, proof, signature};

const WHO: &str = "issuer: https://idp.corp.example, identity: release@corp.example";
const NO_LOGS: &str = "ct-log: { required: false }, transparency-log: { required: false }";

/// A company's root, the authority below it that issues, and what they issue.
struct Corp {
    root: Authority,
    issuing: Authority,
}

fn corp() -> Corp {
    let root = Authority::self_signed(CertificateRequest::ca("corp-root").key(Key::p384("corp root")));
    let issuing = CertificateRequest::ca("corp-issuing")
        .key(Key::p384("corp issuing"))
        .extended_key_usage(&[CODE_SIGNING])
        .path_length(0);
    Corp {
        issuing: root.authority(issuing),
        root,
    }
}

fn person() -> CertificateRequest {
    long(CertificateRequest::email(
        "release@corp.example",
        "https://idp.corp.example",
    ))
}

fn long(request: CertificateRequest) -> CertificateRequest {
    request.valid(NOON - 30 * DAY, NOON + 300 * DAY).sct(Sct::Absent)
}

fn nameless(subject: &str) -> CertificateRequest {
    long(CertificateRequest::leaf().subject(subject))
}

impl Corp {
    fn chain(&self) -> String {
        format!("{}{}", self.issuing.pem(), self.root.pem())
    }

    /// Knows this company's chain; `yaml` is what the signer says beside it.
    fn case(&self, certificate: &str, yaml: &str) -> Case {
        let signer = format!("certificate: {{ {certificate} }}, {yaml}");
        Case::new(&Sigstore::new())
            .file("keys/chain.pem", self.chain().as_bytes())
            .signer("release", &signer)
    }

    fn by_chain(&self) -> Case {
        self.case(&format!("{WHO}, chain: keys/chain.pem"), NO_LOGS)
    }
}

fn bundle(leaf: &Leaf) -> serde_json::Value {
    Sigstore::new().sign(leaf, signature()).bundle()
}

fn remarks(report: &Report) -> String {
    report.rules[0].accepted[0].remarks.join("\n")
}

#[test]
fn chain_alone() {
    let corp = corp();
    let leaf = corp.issuing.issue(person());
    let report = corp.by_chain().bundle(&bundle(&leaf)).allowed();
    assert!(remarks(&report).contains("valid at the time of this check"));
    let proof = proof(&report);
    assert_eq!((proof.time.earliest, proof.time.latest), (None, None));
    assert_eq!(proof.root.as_deref(), Some("public/release"));
    assert_eq!(proof.waived, ["transparency-log", "ct-log"]);
    assert!(report.roots.iter().any(|root| root.name == "public/release"));
    assert!(
        report
            .warnings
            .iter()
            .any(|one| one.message.contains("transparency log"))
    );
}

#[test]
fn chain_alone_in_every_form() {
    let corp = corp();
    let sigstore = Sigstore::new();
    let leaf = corp.issuing.issue(person());
    let signing = sigstore.sign(&leaf, signature());
    corp.by_chain().bundle(&signing.bundle_as(Version::V03)).allowed();
    let signing = signing.chain(&[&corp.issuing.certificate]);
    for version in [Version::V01, Version::V02] {
        corp.by_chain().bundle(&signing.bundle_as(version)).allowed();
    }
    let simple = sigstore.sign(&leaf, simple_signing(NAME, image().digest()));
    corp.by_chain().signatures(&[simple.legacy()]).allowed();
}

#[test]
fn a_proven_time_is_the_one_that_counts() {
    let corp = corp();
    let sigstore = Sigstore::new();
    let leaf = corp.issuing.issue(person().valid(NOON - DAY, NOON + DAY * 2));
    let signing = sigstore.sign(&leaf, signature()).at(NOON);
    let later = NOON + 20 * DAY;
    let stamped = corp.by_chain().at(later).bundle(&signing.clone().timestamp().bundle());
    assert!(remarks(&stamped.allowed()).contains("valid at the proven time"));
    // What was stamped after the end is not, and neither is what nothing dates.
    let late = signing.clone().at(NOON + 3 * DAY).timestamp().bundle();
    corp.by_chain().at(later).bundle(&late).denied(ExpiredAtSigning);
    corp.by_chain()
        .at(later)
        .bundle(&signing.bundle())
        .denied_for(ExpiredAtSigning, "not valid now");
}

#[test]
fn the_log_is_demanded_unless_the_signer_does_without_fail() {
    let corp = corp();
    let sigstore = Sigstore::new();
    let leaf = corp.issuing.issue(person());
    let certificate = format!("{WHO}, chain: keys/chain.pem");
    let case = corp.case(&certificate, "ct-log: { required: false }");
    case.clone().bundle(&bundle(&leaf)).denied(LogEntryMissing);
    let logged = sigstore.sign(&leaf, signature()).at(NOON).rekor_v1().bundle();
    let report = case.bundle(&logged).allowed();
    assert!(remarks(&report).contains("proven time"));
    let strict = corp.case(&certificate, "trust: public");
    strict.clone().bundle(&logged).denied(SctMissing);
    let leaf = corp.issuing.issue_logged(person().sct(Sct::Embedded), &sigstore.ct_log);
    strict
        .bundle(&sigstore.sign(&leaf, signature()).at(NOON).rekor_v1().bundle())
        .allowed();
}

#[test]
fn leaf_and_chain() {
    let corp = corp();
    let (leaf, other) = (
        corp.issuing.issue(person()),
        corp.issuing.issue(person().key(Key::p256("other"))),
    );
    let case = corp
        .case(&format!("{WHO}, leaf: keys/leaf.pem, chain: keys/chain.pem"), NO_LOGS)
        .file("keys/leaf.pem", leaf.pem().as_bytes());
    case.clone().bundle(&bundle(&leaf)).allowed();
    case.clone()
        .bundle(&bundle(&other))
        .denied_for(IdentityMismatch, "`leaf` differs");
    // `cosign sign --key` brings no certificate: the pinned one is who may have signed.
    let keyed = |key: &Key| {
        let sigstore = Sigstore::new();
        let simple = sigstore.sign(key, simple_signing(NAME, image().digest()));
        case.clone().signatures(&[simple.legacy()])
    };
    keyed(&leaf.key).allowed();
    keyed(&other.key).denied(NoMatchingSigner);
}

/// Two pinned certificates under one root, and a signature that brings none: what is proven by one is not the other's.
#[test]
fn pinned_certificates_share_no_proof_fail() {
    let sigstore = Sigstore::new();
    let leaf = |name: &str| sigstore.intermediate.issue(person().key(Key::p256(name)));
    let (alice, bob) = (leaf("alice"), leaf("bob"));
    let signer = |name: &str| format!("certificate: {{ {WHO}, leaf: keys/{name}.pem }}, {NO_LOGS}");
    let simple = sigstore.sign(&alice.key, simple_signing(NAME, image().digest()));
    let case = Case::new(&sigstore)
        .file("keys/alice.pem", alice.pem().as_bytes())
        .file("keys/bob.pem", bob.pem().as_bytes())
        .signer("alice", &signer("alice"))
        .signer("bob", &signer("bob"))
        .signatures(&[simple.legacy()]);
    case.clone().rule("by: { any-of: [alice, bob] }").allowed();
    case.rule("by: bob").denied(NoMatchingSigner);
}

#[test]
fn leaf_alone_must_chain_to_the_root() {
    let (sigstore, corp) = (Sigstore::new(), corp());
    let (known, unknown) = (sigstore.intermediate.issue(person()), corp.issuing.issue(person()));
    for (leaf, good) in [(known, true), (unknown, false)] {
        let case = corp
            .case(&format!("{WHO}, leaf: keys/leaf.pem"), NO_LOGS)
            .file("keys/leaf.pem", leaf.pem().as_bytes())
            .bundle(&bundle(&leaf));
        if good {
            case.allowed();
        } else {
            case.denied(UntrustedRoot);
        }
    }
}

#[test]
fn neither_leaf_nor_chain_is_the_roots_own() {
    let (sigstore, corp) = (Sigstore::new(), corp());
    let leaf = sigstore.issue(CertificateRequest::email(
        "release@corp.example",
        "https://idp.corp.example",
    ));
    let logged = sigstore.sign(&leaf, signature()).rekor_v1().bundle();
    corp.case(WHO, "trust: public").bundle(&logged).allowed();
    // Without log and timestamp nothing says when: not even a certificate that lives long is enough here.
    let case = corp.case(WHO, NO_LOGS);
    case.clone().bundle(&bundle(&leaf)).denied(TimeMissing);
    case.bundle(&bundle(&sigstore.intermediate.issue(person())))
        .denied(TimeMissing);
}

#[test]
fn short_lived_without_a_time_fail() {
    let corp = corp();
    let leaf = corp.issuing.issue(person().valid(NOON, NOON + DAY));
    corp.by_chain()
        .bundle(&bundle(&leaf))
        .denied_for(TimeMissing, "short-lived");
}

#[test]
fn a_root_without_any_time_error() {
    let sigstore = Sigstore::new();
    let root = sigstore
        .trusted_root()
        .without(trusted_root::TLOGS)
        .without(trusted_root::TIMESTAMP_AUTHORITIES);
    let case = Case::new(&sigstore).root("public", &root);
    case.also("transparency-log: { required: false }")
        .policy_error("no timestamp authority");
}

#[test]
fn nobody_else_signs_under_the_chain_fail() {
    let corp = corp();
    let other = |request: CertificateRequest| corp.by_chain().bundle(&bundle(&corp.issuing.issue(request)));
    other(long(CertificateRequest::email(
        "evil@corp.example",
        "https://idp.corp.example",
    )))
    .denied_for(IdentityMismatch, "`identity` differs");
    other(long(CertificateRequest::email(
        "release@corp.example",
        "https://evil.example",
    )))
    .denied_for(IdentityMismatch, "`issuer` differs");
    other(nameless("release@corp.example")).denied(IdentityMismatch);
    other(person().extended_key_usage(&[TIME_STAMPING])).denied_for(UntrustedRoot, "not for code signing");
    other(person().key_usage(&[KEY_CERT_SIGN])).denied(Malformed);
    other(person().extension("1.2.3.4", true, b"new")).denied_for(Malformed, "critical extension");
    other(person().valid(NOON - 30 * DAY, NOON - DAY)).denied(ExpiredAtSigning);
    let mut forged = corp.issuing.issue(person());
    let last = forged.certificate.len() - 1;
    forged.certificate[last] ^= 1;
    corp.by_chain().bundle(&bundle(&forged)).denied(UntrustedRoot);
    let mut stolen = corp.issuing.issue(person());
    stolen.key = Key::p256("mallory");
    corp.by_chain().bundle(&bundle(&stolen)).denied(NoMatchingSigner);
}

/// The root above is no anchor, unless the policy says so; the trusted root's authorities are none at all.
#[test]
fn only_the_lowest_authority_issues_fail() {
    let (corp, sigstore) = (corp(), Sigstore::new());
    let by_root = corp.root.issue(person());
    corp.by_chain().bundle(&bundle(&by_root)).denied(UntrustedRoot);
    let any = corp.case(
        &format!("{WHO}, chain: keys/chain.pem, anchor: any-below-root"),
        NO_LOGS,
    );
    any.clone().bundle(&bundle(&by_root)).allowed();
    any.bundle(&bundle(&corp.issuing.issue(person()))).allowed();
    corp.by_chain()
        .bundle(&bundle(&sigstore.intermediate.issue(person())))
        .denied(UntrustedRoot);
    // And the chain is this signer's alone.
    let two = corp
        .by_chain()
        .signer("other", &format!("keyless: {{ {WHO} }}, {NO_LOGS}"))
        .rule("by: other");
    two.bundle(&bundle(&corp.issuing.issue(person()))).denied(TimeMissing);
}

#[test]
fn bundle_brings_sub_ca_of_the_chain_fail() {
    let (corp, sigstore) = (corp(), Sigstore::new());
    let sub = corp
        .issuing
        .authority(CertificateRequest::ca("sub").extended_key_usage(&[CODE_SIGNING]));
    let leaf = sub.issue(person());
    let signing = sigstore.sign(&leaf, signature()).chain(&[&sub.certificate]);
    corp.by_chain()
        .bundle(&signing.bundle_as(Version::V01))
        .denied(UntrustedRoot);
    corp.by_chain()
        .bundle(&signing.timestamp().bundle_as(Version::V01))
        .denied(UntrustedRoot);
}

#[test]
fn chain_leaf_as_anchor_error() {
    let corp = corp();
    let chain = format!("{}{}", corp.issuing.issue(person()).pem(), corp.chain());
    let errors = corp
        .by_chain()
        .file("keys/chain.pem", chain.as_bytes())
        .policy_error("which is not a CA's");
    assert!(errors[0].hint.as_ref().unwrap().contains("`leaf`"));
}

#[test]
fn chain_that_is_none_error() {
    let corp = corp();
    let stranger = Authority::self_signed(CertificateRequest::ca("stranger"));
    let under = |request: CertificateRequest| {
        let below = corp.root.authority(request);
        format!("{}{}", below.pem(), corp.root.pem())
    };
    let ca = || CertificateRequest::ca("sub");
    let forged = CertificateRequest::ca("corp-root").key(Key::p384("forged root"));
    let mut namesake = corp.issuing.certificate.clone();
    let last = namesake.len() - 1;
    namesake[last] ^= 1;
    let long_path = corp.issuing.authority(ca());
    let cases = [
        (under(ca().key_usage(&[CRL_SIGN])), "lacks keyCertSign"),
        (under(ca().key_usage(&[])), "lacks keyCertSign"),
        (under(ca().extended_key_usage(&[TIME_STAMPING])), "code signing"),
        (under(ca().extension("1.2.3.4", true, b"new")), "critical extension"),
        (format!("{}{}", corp.chain(), corp.root.pem()), "twice"),
        (format!("{}{}", corp.issuing.pem(), stranger.pem()), "not one chain"),
        (
            format!("{}{}", pem("CERTIFICATE", &namesake), corp.root.pem()),
            "not signed by",
        ),
        (format!("{}{}", long_path.pem(), corp.chain()), "allows 0 authorities"),
        (format!("{}{}", under(ca()), corp.issuing.pem()), "two authorities"),
        (
            format!("{}{}", corp.issuing.pem(), Authority::self_signed(forged).pem()),
            "not one chain",
        ),
        (Key::p256("x").public_pem(), "a public key"),
        (format!("{}x", corp.chain()), "text behind"),
    ];
    for (chain, words) in cases {
        corp.by_chain()
            .file("keys/chain.pem", chain.as_bytes())
            .policy_error(words);
    }
}

#[test]
fn anchor_of_the_chain_expired_fail() {
    let old = Authority::self_signed(CertificateRequest::ca("old").valid(NOON - 90 * DAY, NOON - DAY));
    let leaf = old.issue(person());
    let case = corp().by_chain().file("keys/chain.pem", old.pem().as_bytes());
    case.clone()
        .bundle(&bundle(&leaf))
        .denied_for(UntrustedRoot, "not valid now");
    let stamped = Sigstore::new().sign(&leaf, signature()).at(NOON).timestamp().bundle();
    case.bundle(&stamped).denied_for(UntrustedRoot, "was not valid when");
}

#[test]
fn names_that_the_authority_may_not_issue_fail() {
    // NameConstraints: permitted, an e-mail address of corp.example.
    let permitted = |host: &str| {
        let base = der::context_primitive(1, host.as_bytes());
        der::sequence([der::context(0, &der::sequence([base]))])
    };
    for (host, good) in [("corp.example", true), (".example", true), ("other.example", false)] {
        let issuing =
            Authority::self_signed(CertificateRequest::ca("named").extension("2.5.29.30", true, &permitted(host)));
        let case = corp()
            .by_chain()
            .file("keys/chain.pem", issuing.pem().as_bytes())
            .bundle(&bundle(&issuing.issue(person())));
        if good {
            case.allowed();
        } else {
            case.denied_for(UntrustedRoot, "may not issue");
        }
        // With a proven time the chain is checked by webpki too, which knows no constraints on e-mail addresses.
        let sigstore = Sigstore::new();
        let stamped = sigstore
            .sign(&issuing.issue(person()), signature())
            .at(NOON)
            .timestamp();
        corp()
            .by_chain()
            .file("keys/chain.pem", issuing.pem().as_bytes())
            .bundle(&stamped.bundle())
            .denied_for(UntrustedRoot, "chain");
    }
    // Of an authority above the one that issues, too, and with a proven time.
    let top =
        Authority::self_signed(CertificateRequest::ca("top").extension("2.5.29.30", true, &permitted("other.example")));
    let issuing = top.authority(CertificateRequest::ca("below"));
    let sigstore = Sigstore::new();
    let stamped = sigstore.sign(&issuing.issue(person()), signature()).at(NOON);
    corp()
        .by_chain()
        .file("keys/chain.pem", format!("{}{}", issuing.pem(), top.pem()).as_bytes())
        .bundle(&stamped.timestamp().bundle())
        .denied_for(UntrustedRoot, "may not issue");
}

#[test]
fn without_a_name_where_the_policy_says_so() {
    let corp = corp();
    let (leaf, named) = (corp.issuing.issue(nameless("build")), corp.issuing.issue(person()));
    let none = "issuer: none, identity: none";
    let case = corp.case(&format!("{none}, chain: keys/chain.pem"), NO_LOGS);
    let report = case.clone().bundle(&bundle(&leaf)).allowed();
    let portcullis_component::wit::evidence::Principal::Certificate(who) = proof(&report).principal else {
        panic!("a certificate")
    };
    assert_eq!(
        (who.kind.as_str(), who.subject.as_str(), who.issuer.as_str()),
        ("none", "", "")
    );
    case.bundle(&bundle(&named))
        .denied_for(IdentityMismatch, "`issuer` differs");
    let stamped = Sigstore::new().sign(&leaf, signature()).at(NOON).timestamp().bundle();
    corp.case(&format!("{none}, chain: keys/chain.pem"), NO_LOGS)
        .bundle(&stamped)
        .allowed();
    corp.case(none, NO_LOGS).policy_error("would accept anyone");
    Case::new(&Sigstore::new())
        .signer("release", &format!("keyless: {{ {none} }}"))
        .policy_error("would accept anyone");
    // A subject without the extension that names its issuer: what an authority of one's own usually issues.
    let request = long(CertificateRequest::leaf().san(San::Email("release@corp.example".to_owned())));
    corp.case(
        "issuer: none, identity: release@corp.example, chain: keys/chain.pem",
        NO_LOGS,
    )
    .bundle(&bundle(&corp.issuing.issue(request)))
    .allowed();
}

#[test]
fn a_pinned_certificate_that_does_not_fit_error() {
    let corp = corp();
    let pinned = |certificate: &str, leaf: &str| {
        corp.case(&format!("{certificate}, leaf: keys/leaf.pem"), NO_LOGS)
            .file("keys/leaf.pem", leaf.as_bytes())
    };
    let leaf = corp.issuing.issue(person()).pem();
    let chain = format!("{WHO}, chain: keys/chain.pem");
    pinned("issuer: https://idp.corp.example, identity: none", &leaf).policy_error("another `identity`");
    pinned("issuer: https://idp.corp.example, identity: bob@corp.example", &leaf).policy_error("another `identity`");
    pinned(&chain, &corp.root.issue(person()).pem()).policy_error("not issued by an authority of the chain");
    pinned(WHO, &corp.issuing.pem()).policy_error("a CA's");
    pinned(WHO, &leaf.repeat(2)).policy_error("more than one certificate");
    corp.case(&format!("{WHO}, anchor: any-below-root"), NO_LOGS)
        .policy_error("there is no `chain`");
}

/// A pinned certificate and a key that is its key, or two names for one pinned certificate, are one person.
#[test]
fn same_key_pinned_and_bare_error() {
    let corp = corp();
    let leaf = corp.issuing.issue(person());
    corp.case(&format!("{WHO}, leaf: keys/leaf.pem"), NO_LOGS)
        .file("keys/leaf.pem", leaf.pem().as_bytes())
        .with_key("ops", &leaf.key)
        .policy_error("is also a key of");
}

/// One person under a trusted root's authority and under the same authority as a chain counts once.
#[test]
fn same_authority_as_root_and_as_chain_counts_once_fail() {
    let (corp, sigstore) = (corp(), Sigstore::new());
    let root = sigstore.trusted_root().with_ca(
        "https://ca.corp.example",
        &[&corp.issuing.certificate, &corp.root.certificate],
    );
    let logged = |key: &str| {
        let leaf = corp.issuing.issue(person().key(Key::p256(key)));
        sigstore.sign(&leaf, signature()).at(NOON).rekor_v1().bundle()
    };
    let case = corp
        .case(&format!("{WHO}, chain: keys/chain.pem"), "ct-log: { required: false }")
        .root("public", &root)
        .signer(
            "second",
            &format!("keyless: {{ {WHO} }}, ct-log: {{ required: false }}"),
        )
        .rule("by: { all-of: [release, second] }")
        .bundle(&logged("one"))
        .bundle(&logged("two"));
    case.denied(NoMatchingSigner);
}

/// One authority in two files, once with its own authority and once without, is one: so is who it certifies.
#[test]
fn same_authority_in_two_chains_counts_once_fail() {
    let corp = corp();
    let bundle = |key: &str| bundle(&corp.issuing.issue(person().key(Key::p256(key))));
    corp.case(&format!("{WHO}, chain: keys/chain.pem"), NO_LOGS)
        .file("keys/issuing.pem", corp.issuing.pem().as_bytes())
        .signer(
            "second",
            &format!("certificate: {{ {WHO}, chain: keys/issuing.pem }}, {NO_LOGS}"),
        )
        .rule("by: { all-of: [release, second] }")
        .bundle(&bundle("one"))
        .bundle(&bundle("two"))
        .denied(NoMatchingSigner);
}

#[test]
fn a_long_lived_certificate_has_no_age_error() {
    let corp = corp();
    corp.by_chain()
        .judged_by("attestation: { type: vuln, by: release, select: latest, max-age: 7d }")
        .policy_error("cannot be proven");
}
