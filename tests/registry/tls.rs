//! TLS on loopback by the flags that a user has: an authority of one's own, a client certificate, and no silent fall-back.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::support::{Answer, Scratch, portcullis};

struct Lab {
    scratch: Scratch,
    address: SocketAddr,
}

fn issue(authority: &CertifiedIssuer<'_, KeyPair>, name: &str) -> (Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (params.signed_by(&key, authority).unwrap(), key)
}

impl Lab {
    /// A registry that has nothing, and says so to clients with a certificate.
    fn start() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let (certificate, key) = issue(&authority, "127.0.0.1");
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = config.with_client_cert_verifier(verifier.build().unwrap());
        let config = Arc::new(config.with_single_cert(vec![certificate.der().clone()], key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = StreamOwned::new(connection, stream);
                if stream.read(&mut [0; 4096]).is_ok() {
                    drop(stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
                }
            }
        });
        let scratch = Scratch::new();
        let (client, key) = issue(&authority, "client");
        scratch.write("ca.pem", authority.pem());
        scratch.write("client.pem", client.pem());
        scratch.write("client.key", key.serialize_pem());
        Self { scratch, address }
    }

    /// `{}` stands for the registry.
    fn check(&self, flags: &str) -> Answer {
        let (image, policy) = (format!("{}/lab/app:v1", self.address), self.scratch.policy("key"));
        let flags = flags.replace("{}", &self.address.to_string());
        let arguments = ["check", &image, "--policy", &policy, "--format", "json"];
        let arguments = arguments.into_iter().chain(flags.split_whitespace());
        portcullis(arguments).folder(&self.scratch.path).answer()
    }
}

const CLIENT: &str = "--cert client.pem --key-file client.key";

#[test]
fn an_own_authority_and_a_client_certificate() {
    let answer = Lab::start().check(&format!("--tls-registry {{}} --ca-file ca.pem {CLIENT}"));
    assert_eq!(answer.judgement(), "4 undecided image-not-found", "{}", answer.stdout);
}

#[test]
fn without_either_undecided() {
    let lab = Lab::start();
    for (flags, cause) in [
        (format!("--tls-registry {{}} {CLIENT}"), "UnknownIssuer"),
        ("--tls-registry {} --ca-file ca.pem".to_owned(), "CertificateRequired"),
    ] {
        let answer = lab.check(&flags);
        assert_eq!(answer.judgement(), "4 undecided discovery-failed");
        assert!(answer.stdout.contains(cause), "{flags}: {}", answer.stdout);
    }
}

/// Loopback is spoken to without TLS where nothing else is said, and what answers in TLS is not understood.
#[test]
fn plain_http_to_a_server_of_tls_undecided() {
    assert_eq!(
        Lab::start().check("--ca-file ca.pem").judgement(),
        "4 undecided discovery-failed"
    );
}

/// The flag is for loopback; for any other registry TLS is no choice.
#[test]
fn elsewhere_it_means_nothing_error() {
    let answer = Lab::start().check("--tls-registry registry.example");
    assert_eq!(answer.exit, Some(2), "{}", answer.stdout);
}

/// Says which request it got first, and answers nothing.
fn proxy() -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
                head.push(byte[0]);
            }
            drop(sender.send(String::from_utf8_lossy(&head).into_owned()));
            drop(stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        }
    });
    (address, receiver)
}

/// What the proxy of the environment hears of a registry elsewhere, which is not there.
fn heard(variable: &str, exempt: &str) -> Option<String> {
    let (scratch, (address, heard)) = (Scratch::new(), proxy());
    let policy = scratch.policy("key");
    let image = "registry.invalid/lab/app:v1";
    let arguments = ["check", image, "--policy", &policy, "--format", "json"];
    let call = portcullis(arguments)
        .variable(variable, &address)
        .variable("NO_PROXY", exempt);
    assert_eq!(call.answer().judgement(), "4 undecided discovery-failed");
    heard.try_recv().ok()
}

#[test]
fn proxies_of_the_environment() {
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let request = heard(variable, "other.invalid").unwrap_or_default();
        assert!(
            request.starts_with("CONNECT registry.invalid:443 "),
            "{variable}: {request}"
        );
        assert!(
            !request.to_ascii_lowercase().contains("\r\nauthorization:"),
            "{request}"
        );
    }
    assert_eq!(heard("HTTPS_PROXY", "registry.invalid"), None);
}

#[test]
fn loopback_is_never_proxied() {
    let registry = testbed::Registry::start([("lab/new", crate::support::fixture("key/new"))]);
    let (scratch, (address, heard)) = (Scratch::new(), proxy());
    let (image, policy) = (format!("{}/lab/new:v1", registry.host()), scratch.policy("key"));
    let mut call = portcullis(["check", &image, "--policy", &policy, "--format", "json"]);
    for variable in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        call = call.variable(variable, &address);
    }
    assert_eq!(call.answer().judgement(), "0 allow verified");
    assert!(heard.try_recv().is_err());
}
