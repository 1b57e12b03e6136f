//! A whole instance: CA, CT log, Rekor v1 and v2, time-stamping authority.

use crate::ca::{Authority, Leaf};
use crate::certificate::{CODE_SIGNING, CertificateRequest};
use crate::ct_log::CtLog;
use crate::key::Key;
use crate::rekor::Rekor;
use crate::signing::{Content, Signer, Signing};
use crate::timestamp::Tsa;
use crate::trusted_root::TrustedRoot;

/// Every part is a public field: replace one to get an instance that is wrong in one place.
#[derive(Clone)]
pub struct Sigstore {
    pub name: String,
    pub root: Authority,
    /// Signs the leaves.
    pub intermediate: Authority,
    pub ct_log: CtLog,
    pub rekor_v1: Rekor,
    pub rekor_v2: Rekor,
    pub tsa: Tsa,
}

impl Sigstore {
    #[expect(clippy::new_without_default, reason = "an instance of test keys is nobody's default")]
    pub fn new() -> Sigstore {
        Sigstore::named("public")
    }

    /// An instance with keys of its own; two with one name are the same.
    pub fn named(name: &str) -> Sigstore {
        let key_name = |part: &str| format!("{name} {part}");
        let root = CertificateRequest::ca(&format!("{name}-root")).key(Key::p384(&key_name("root")));
        let root = Authority::self_signed(root);
        let intermediate = CertificateRequest::ca(&format!("{name}-intermediate"))
            .key(Key::p384(&key_name("intermediate")))
            .extended_key_usage(&[CODE_SIGNING])
            .path_length(0);
        Sigstore {
            name: name.to_owned(),
            intermediate: root.authority(intermediate),
            root,
            ct_log: CtLog::new(Key::p256(&key_name("ct log"))),
            rekor_v1: Rekor::v1(&format!("rekor.{name}.example"), Key::p256(&key_name("rekor v1"))),
            rekor_v2: Rekor::v2(&format!("log2026.{name}.example"), Key::ed25519(&key_name("rekor v2"))),
            tsa: Tsa::new(&format!("{name}-tsa"), Key::p256(&key_name("tsa"))),
        }
    }

    /// A certificate of the intermediate, with the SCT that the request asks for.
    pub fn issue(&self, request: CertificateRequest) -> Leaf {
        self.intermediate.issue_logged(request, &self.ct_log)
    }

    /// Signs with a [`Leaf`] or a [`Key`]; says nothing to any log yet.
    pub fn sign(&self, signer: impl Into<Signer>, content: impl Into<Content>) -> Signing<'_> {
        Signing::new(self, signer.into(), content.into())
    }

    pub fn trusted_root(&self) -> TrustedRoot {
        let fulcio = format!("https://fulcio.{}.example", self.name);
        TrustedRoot::empty()
            .with_ca(&fulcio, &[&self.intermediate.certificate, &self.root.certificate])
            .with_ctlog(&format!("https://ct.{}.example", self.name), &self.ct_log.key)
            .with_tlog(&self.rekor_v1)
            .with_tlog(&self.rekor_v2)
            .with_tsa(&self.tsa)
    }

    pub fn trusted_root_json(&self) -> String {
        self.trusted_root().json()
    }
}
