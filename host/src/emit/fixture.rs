//! The run that every renderer shows in its tests: one image allowed, one denied, one that nobody could look at.

mod contents;

use crate::run::{Image, Mention, Place, Policy, Run, Sighting, SightingKind, Source, Tool, Weakening};
use crate::wit::basics::{Carrier, Failure, Mode, ResultClass, Severity, Verdict};
use crate::wit::contents::Contents;
use crate::wit::diagnostics::{Diagnostic, Level};
use crate::wit::evidence::*;
use crate::wit::report::{Acceptance, Effect, Finding, NearMiss, Report, RuleResult, Target};
use crate::wit::requirements::{EnforcedRule, ImageRequirements};
use crate::wit::trust::{Source as RootSource, TrustedRoot, Versions};

/// What strangers would like to write into a log: it follows every string of [`hostile`].
pub const ATTACK: &str = "\n::stop-commands::x\r\n  ::add-mask::allow\u{1b}[2J##[error]y ##vso[task.x]z ##teamcity[t] \
    section_start:1:s\r\u{1b}[0K \u{202e}\u{200b}\u{2028}\u{85}%0A::error::%25 | </details><img src=x> [a](http://e.example) \
    `code` @team *b* \"q\" 'q' <<EOF ghadelimiter\nverdict=allow\nEOF\n";

/// `2026-11-23T00:00:00Z`
pub const NOW: i64 = 1_795_392_000;
const IDENTITY: &str = "https://github.com/acme/ci/.github/workflows/release.yml@refs/tags/v1.4.2";
const BRANCH: &str = "https://github.com/acme/ci/.github/workflows/release.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// Text as the world wrote it.
#[derive(Clone, Copy)]
enum World {
    Friendly,
    Hostile,
}

pub fn run() -> Run {
    World::Friendly.run()
}

/// The same with [`ATTACK`] behind every string, digests and names included.
pub fn hostile() -> Run {
    World::Hostile.run()
}

pub fn digest(seed: u8) -> String {
    format!("sha256:{}", format!("{seed:02x}").repeat(32))
}

impl World {
    fn text(self, text: &str) -> String {
        match self {
            Self::Friendly => text.to_owned(),
            Self::Hostile => format!("{text}{ATTACK}"),
        }
    }

    fn maybe(self, text: &str) -> Option<String> {
        Some(self.text(text))
    }

    fn digest(self, seed: u8) -> String {
        self.text(&digest(seed))
    }

    fn run(self) -> Run {
        Run {
            policy: Policy {
                file: self.text("portcullis.yaml"),
                digest: Some(self.digest(0x77)),
            },
            mode: Mode::Enforce,
            weakenings: vec![Weakening {
                option: self.text("--insecure-registry registry.test:5000"),
                source: Source::CommandLine,
                effect: self.text("this registry is spoken to without TLS"),
            }],
            images: vec![self.allowed(), self.denied(), self.undecided()],
            files: vec![self.text("deploy/web.yaml"), self.text("compose.yaml")],
            sightings: vec![
                self.sighting(
                    SightingKind::Unresolved,
                    31,
                    "ghcr.io/acme/job:{{ .Values.tag }}",
                    "render the chart first: helm template . | portcullis check --files -",
                ),
                self.sighting(SightingKind::Excluded, 40, "ghcr.io/acme/debug:latest", ""),
            ],
            faults: Vec::new(),
            warnings: vec![self.warning(
                9,
                "signer `ops` does without the transparency log",
                "remove `transparency-log` when its signatures are logged",
            )],
            contacted: vec![self.text("ghcr.io"), self.text("quay.io")],
            tool: Tool {
                version: "0.1.0".to_owned(),
                component: Some(self.digest(0xcc)),
            },
        }
    }

    fn warning(self, line: u32, message: &str, hint: &str) -> Diagnostic {
        Diagnostic {
            level: Level::Warning,
            file: self.text("portcullis.yaml"),
            line,
            column: 5,
            message: self.text(message),
            hint: self.maybe(hint),
        }
    }

    /// In one line of `file`, behind `image: `.
    fn place(self, file: &str, line: u32, text: &str) -> Place {
        Place {
            file: self.text(file),
            line,
            column: 16,
            end_column: 16 + u32::try_from(text.len()).unwrap(),
        }
    }

    fn mention(self, file: &str, line: u32, text: &str) -> Mention {
        Mention {
            place: self.place(file, line, text),
            text: self.text(text),
        }
    }

    fn sighting(self, kind: SightingKind, line: u32, text: &str, hint: &str) -> Sighting {
        Sighting {
            place: self.place("deploy/web.yaml", line, text),
            kind,
            text: self.text(text),
            hint: self.text(hint),
        }
    }

    fn allowed(self) -> Image {
        let mut report = self.report("ghcr.io/acme/api", "v1.4.2", 0x11, Verdict::Allow);
        report.rules = vec![self.rule("signed", 42, Severity::Critical, Verdict::Allow, ResultClass::Verified)];
        report.rules[0].accepted = vec![Acceptance {
            target: self.digest(0x11),
            signer: self.text("release"),
            evidence: self.digest(0xaa),
            remarks: vec![self.text("the signature does not bind the name")],
        }];
        report.pinned = vec![self.text(&format!("ghcr.io/acme/api@{}", digest(0x11)))];
        report.evidence = vec![self.signature(0xaa, 0x11, Outcome::Verified(self.proof(IDENTITY)))];
        report.contents = Some(self.sound());
        Image {
            requirements: self.requirements("ghcr.io/acme/api", Mode::Enforce),
            report,
            mentions: vec![self.mention("deploy/web.yaml", 12, "ghcr.io/acme/api:v1.4.2")],
        }
    }

    fn denied(self) -> Image {
        let mut report = self.report("ghcr.io/acme/web", "latest", 0x22, Verdict::Deny);
        let mut rule = self.rule(
            "signed",
            42,
            Severity::Critical,
            Verdict::Deny,
            ResultClass::IdentityMismatch,
        );
        rule.findings = vec![self.finding()];
        rule.remediation = self.maybe("Ask the release team to sign the image.");
        report.rules = vec![rule];
        let rejected = Outcome::Rejected(self.rejection(ResultClass::IdentityMismatch));
        report.evidence = vec![self.signature(0xbb, 0x22, rejected), self.attestation()];
        report.contents = Some(self.unsound());
        Image {
            requirements: self.requirements("ghcr.io/acme/web", Mode::Enforce),
            report,
            mentions: vec![
                self.mention("deploy/web.yaml", 17, "ghcr.io/acme/web:latest"),
                self.mention("compose.yaml", 4, "ghcr.io/acme/web"),
            ],
        }
    }

    fn undecided(self) -> Image {
        let mut report = self.report("quay.io/acme/db", "16", 0x33, Verdict::Undecided);
        let mut rule = self.rule(
            "signed",
            42,
            Severity::High,
            Verdict::Undecided,
            ResultClass::DiscoveryFailed,
        );
        rule.findings = vec![Finding {
            effect: Effect::LeavesUndecided,
            id: self.text("discovery-failed"),
            severity: Severity::High,
            exception: None,
            class: ResultClass::DiscoveryFailed,
            target: Some(self.digest(0x33)),
            platform: None,
            message: self.text("could not look for signatures"),
            expected: self.text("signed by any of release, ops"),
            found: self.text("503 Service Unavailable"),
            near_misses: Vec::new(),
            hint: self.maybe("try again later: a registry that does not answer says nothing about the image"),
            evidence: None,
        }];
        report.rules = vec![rule];
        report.failures = vec![Failure {
            class: ResultClass::DiscoveryFailed,
            place: self.text("GET https://quay.io/v2/acme/db/referrers/sha256:3333"),
            reason: self.text("503 Service Unavailable"),
        }];
        Image {
            requirements: ImageRequirements {
                origin: self.maybe("docker.io/acme/db"),
                evidence: vec![self.text("quay.io/acme/signatures")],
                ..self.requirements("quay.io/acme/db", Mode::Enforce)
            },
            report,
            mentions: Vec::new(),
        }
    }

    fn requirements(self, name: &str, mode: Mode) -> ImageRequirements {
        ImageRequirements {
            name: self.text(name),
            origin: None,
            evidence: Vec::new(),
            rules: vec![EnforcedRule {
                rule: self.text("signed"),
                kind: "signature".to_owned(),
                line: 42,
                mode,
                enforce_from: None,
                severity: Severity::Critical,
                demand: self.text("signed by any of release, ops"),
                platforms: vec![self.text("index")],
            }],
            carriers: vec![Carrier::Referrer, Carrier::ReferrersTag, Carrier::SignatureTag],
            children: false,
        }
    }

    fn report(self, name: &str, tag: &str, seed: u8, verdict: Verdict) -> Report {
        Report {
            reference: self.text(&format!("{name}:{tag}")),
            name: self.text(name),
            tag: self.maybe(tag),
            digest: Some(self.digest(seed)),
            verdict,
            rules: Vec::new(),
            targets: vec![Target {
                digest: self.digest(seed),
                platform: None,
                media_type: self.text("application/vnd.oci.image.index.v1+json"),
            }],
            pinned: Vec::new(),
            evidence: Vec::new(),
            failures: Vec::new(),
            warnings: vec![self.warning(
                12,
                "`refs/**` matches every branch and tag",
                "name the tags, such as `refs/tags/v*`",
            )],
            roots: vec![TrustedRoot {
                name: self.text("sigstore"),
                digest: self.digest(0x99),
                source: RootSource::Refreshed,
                versions: Some(Versions {
                    root: 17,
                    timestamp: Some(352),
                    snapshot: Some(161),
                    targets: Some(13),
                }),
                as_of: Some(NOW - 3 * 86_400),
                expires: Some(NOW + 4 * 86_400),
            }],
            policy: self.digest(0x77),
            time: NOW,
            wanted: Vec::new(),
            contents: Some(Contents {
                inventories: Vec::new(),
                scans: Vec::new(),
            }),
        }
    }

    fn rule(self, rule: &str, line: u32, severity: Severity, verdict: Verdict, class: ResultClass) -> RuleResult {
        RuleResult {
            rule: self.text(rule),
            kind: "signature".to_owned(),
            line,
            mode: Mode::Enforce,
            enforce_from: None,
            severity,
            verdict,
            class,
            demand: self.text("signed by any of release, ops"),
            accepted: Vec::new(),
            findings: Vec::new(),
            remediation: None,
        }
    }

    fn finding(self) -> Finding {
        let near = |seed: u8, signer: &str, class| NearMiss {
            digest: self.digest(seed),
            signer: self.text(signer),
            rejection: self.rejection(class),
        };
        Finding {
            effect: Effect::Denies,
            id: self.text("identity-mismatch"),
            severity: Severity::Critical,
            exception: None,
            class: ResultClass::IdentityMismatch,
            target: Some(self.digest(0x22)),
            platform: self.maybe("linux/arm64/v8"),
            message: self.text("4 signatures found, none by a signer that the rule wants"),
            expected: self.text("signed by any of release, ops"),
            found: self.text(&format!("signed by `{BRANCH}`")),
            near_misses: vec![
                near(0xbb, "release", ResultClass::IdentityMismatch),
                near(0xb1, "ops", ResultClass::NoMatchingSigner),
                near(0xb2, "ops", ResultClass::NoMatchingSigner),
                near(0xb3, "ops", ResultClass::NoMatchingSigner),
            ],
            hint: self.maybe(
                "the tag was built from a branch: release it by a tag, or let the rule accept `refs/heads/main`",
            ),
            evidence: Some(self.digest(0xbb)),
        }
    }

    fn rejection(self, class: ResultClass) -> Rejection {
        match class {
            ResultClass::IdentityMismatch => Rejection {
                class,
                reason: self.text("the source repository's ref differs"),
                expected: self.maybe("refs/tags/v*"),
                found: self.maybe("refs/heads/main"),
                hint: self.maybe("globs never cross a `/`"),
            },
            _ => Rejection {
                class,
                reason: self.text("the signature verifies with none of its keys"),
                expected: None,
                found: None,
                hint: None,
            },
        }
    }

    fn signature(self, seed: u8, subject: u8, outcome: Outcome) -> Evidence {
        Evidence {
            digest: self.digest(seed),
            manifest: Some(self.digest(seed + 1)),
            subject: self.digest(subject),
            carrier: Carrier::Referrer,
            media_type: self.text("application/vnd.dev.sigstore.bundle.v0.3+json"),
            artifact_type: self.maybe("application/vnd.dev.sigstore.bundle.v0.3+json"),
            size: 9_421,
            form: Form::BundleEnvelope,
            short_type: "signature".to_owned(),
            predicate_type: self.maybe("https://sigstore.dev/cosign/sign/v1"),
            remarks: Vec::new(),
            attempts: vec![Attempt {
                signer: self.maybe("release"),
                outcome,
            }],
        }
    }

    fn attestation(self) -> Evidence {
        let key = Proof {
            principal: Principal::Key(self.digest(0x55)),
            certificate: None,
            log_entries: Vec::new(),
            ..self.proof(IDENTITY)
        };
        let key = Proof {
            time: ProvenTime {
                earliest: None,
                latest: None,
            },
            waived: vec!["transparency-log".to_owned()],
            ..key
        };
        Evidence {
            digest: self.digest(0xdd),
            carrier: Carrier::AttestationTag,
            media_type: self.text("application/vnd.dsse.envelope.v1+json"),
            artifact_type: None,
            size: 1_204_511,
            form: Form::Envelope,
            short_type: "cyclonedx".to_owned(),
            predicate_type: self.maybe("https://cyclonedx.org/bom"),
            remarks: vec![self.text("its manifest names another image as subject")],
            attempts: vec![Attempt {
                signer: self.maybe("ops"),
                outcome: Outcome::Verified(key),
            }],
            ..self.signature(0xdd, 0x22, Outcome::Rejected(self.rejection(ResultClass::Malformed)))
        }
    }

    fn proof(self, subject: &str) -> Proof {
        Proof {
            principal: Principal::Certificate(CertificateIdentity {
                kind: self.text("uri"),
                subject: self.text(subject),
                issuer: self.text(ISSUER),
                claims: vec![(self.text("source-repository"), self.text("https://github.com/acme/api"))],
                fingerprint: self.digest(0x44),
                not_before: NOW - 36_005,
                not_after: NOW - 35_405,
            }),
            root: self.maybe("sigstore"),
            time: ProvenTime {
                earliest: Some(NOW - 36_005),
                latest: Some(NOW - 36_000),
            },
            log_entries: vec![self.log_entry()],
            signed_timestamps: vec![SignedTimestamp {
                time: NOW - 36_000,
                authority: self.text("sigstore-tsa"),
            }],
            certificate_timestamps: vec![CertificateTimestamp {
                log_id: self.text("dd3d306a"),
                time: NOW - 36_005,
            }],
            waived: Vec::new(),
            remarks: vec![self.text("cosignatures on the checkpoint were not checked")],
            signature: vec![0x30, 0x45, 0x02],
            certificate: Some(vec![0x30, 0x82]),
            payload: Some(self.digest(0x88)),
        }
    }

    fn log_entry(self) -> LogEntry {
        LogEntry {
            log_id: self.text("c0d23d6a"),
            kind: self.text("dsse 0.0.1"),
            log_index: 155_123_456,
            integrated_time: Some(NOW - 36_000),
            promise: true,
            inclusion_proof: Some(InclusionProof {
                log_index: 33_219_194,
                tree_size: 33_219_201,
                root_hash: self.text("5bb9c4"),
                hashes: vec![self.text("01ab"), self.text("02cd")],
                checkpoint: self.text("rekor.sigstore.dev - 1193050959916656506\n33219201\nW7nE\n"),
                cosignatures: 1,
            }),
        }
    }
}

/// Panics when a CI runner or a terminal would obey something in this text, or when a stranger's line break is one.
pub fn assert_harmless_log(log: &str) {
    for line in log.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
        for command in ["##", "section_start", "section_end"] {
            assert!(!line.contains(command), "{command} in {line}");
        }
        let hidden = line
            .chars()
            .find(|character| character.is_control() || crate::untrusted::is_invisible(*character));
        assert_eq!(hidden, None, "{line:?}");
        assert!(!line.starts_with("verdict=allow") && !line.starts_with("EOF"), "{line}");
    }
}
