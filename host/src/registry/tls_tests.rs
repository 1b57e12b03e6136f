//! TLS with an authority of one's own and with a client certificate, against a server on loopback.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::{ClientCertificate, Proxy, Registry, Settings};
use crate::auth::{Environment, Secret};
use crate::source::Source;
use crate::wit::basics::Failure;

struct Lab {
    authority: CertifiedIssuer<'static, KeyPair>,
    address: SocketAddr,
}

impl Lab {
    /// A server that answers everything with 404, once it trusts its peer.
    fn start() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
        let (certificate, key) = issue(&authority, "127.0.0.1");
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).expect("a root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .expect("a verifier");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions");
        let config = Arc::new(
            config
                .with_client_cert_verifier(verifier)
                .with_single_cert(vec![certificate.der().clone()], key)
                .expect("a server"),
        );
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Ok(connection) = ServerConnection::new(Arc::clone(&config)) else {
                    continue;
                };
                let mut stream = StreamOwned::new(connection, stream);
                // A peer without a certificate gets its alert while the request is read.
                if stream.read(&mut [0; 4096]).is_ok() {
                    drop(stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
                }
            }
        });
        Self { authority, address }
    }

    fn ask(&self, prepare: impl FnOnce(&mut Settings)) -> Failure {
        let mut settings = Settings::new(Environment::empty());
        settings.proxy = Proxy::None;
        settings.retries.attempts = 1;
        settings.secure_loopback.insert(self.address.to_string());
        prepare(&mut settings);
        Registry::new(settings)
            .image(&format!("{}/lab/app:v1", self.address).parse().expect("a reference"))
            .expect_err("404")
    }

    fn client(&self) -> ClientCertificate {
        let (certificate, key) = issue(&self.authority, "client");
        ClientCertificate {
            chain: certificate.pem().into_bytes(),
            key: Secret::new(key.serialize_pem()),
        }
    }
}

fn issue(authority: &CertifiedIssuer<'_, KeyPair>, name: &str) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    (params.signed_by(&key, authority).expect("a certificate"), key)
}

#[test]
fn an_authority_of_ones_own_and_a_client_certificate() {
    let lab = Lab::start();
    let failure = lab.ask(|settings| {
        settings.authorities = lab.authority.pem().into_bytes();
        settings.client_certificate = Some(lab.client());
    });
    assert!(failure.reason.starts_with("404"), "{failure:?}");
    let unknown = lab.ask(|settings| settings.client_certificate = Some(lab.client()));
    assert!(
        unknown.reason.contains("invalid peer certificate: UnknownIssuer"),
        "{unknown:?}"
    );
    let bare = lab.ask(|settings| settings.authorities = lab.authority.pem().into_bytes());
    assert!(bare.reason.contains("CertificateRequired"), "{bare:?}");
    let broken = lab.ask(|settings| {
        settings.client_certificate = Some(ClientCertificate {
            chain: b"no certificate".to_vec(),
            key: Secret::new("no key"),
        });
        settings.authorities = lab.authority.pem().into_bytes();
    });
    assert!(
        broken
            .reason
            .contains("expected a PEM certificate chain for the client"),
        "{broken:?}"
    );
}
