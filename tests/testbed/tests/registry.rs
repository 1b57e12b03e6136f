//! The registry answers as the distribution spec says, and wrong only where it is told to.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use testbed::registry::{Auth, Fault, Referrers, Registry, TOKEN};
use testbed::*;

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

fn get(registry: &Registry, target: &str, authorization: &str) -> Answer {
    let mut stream = TcpStream::connect(registry.host()).unwrap();
    write!(
        stream,
        "GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\r\n"
    )
    .unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    Answer {
        status: head[9..12].parse().unwrap(),
        body: bytes[end + 4..].to_vec(),
        head,
    }
}

fn signed() -> (Layout, Descriptor) {
    let sigstore = Sigstore::new();
    let (mut layout, image) = Layout::with_image("v1");
    let leaf = sigstore.issue(CertificateRequest::email(
        "alice@acme.example",
        "https://accounts.google.com",
    ));
    let bundle = sigstore
        .sign(&leaf, Statement::image_signature(image.digest()))
        .rekor_v1()
        .bundle();
    layout.attach_bundle(&image, &bundle);
    layout.attach(&image, "application/vnd.example+json", b"{}");
    let payload = simple_signing("registry.example/acme/app", image.digest());
    let layer = sigstore.sign(&Key::p256("ops"), payload).legacy();
    layout.attach_signatures(&image, std::slice::from_ref(&layer));
    layout.attach_simple_signing(&image, &[layer]);
    (layout, image)
}

#[test]
fn manifests_blobs_tags() {
    let (layout, image) = signed();
    let registry = Registry::start([("acme/app", layout.clone())]);
    let answer = get(&registry, "/v2/acme/app/manifests/v1", "");
    assert_eq!(answer.body, layout.blobs[image.digest()]);
    assert!(
        answer
            .head
            .contains("Content-Type: application/vnd.oci.image.manifest.v1+json")
    );
    let config = layout.json(&image)["config"]["digest"].as_str().unwrap().to_owned();
    assert_eq!(
        get(&registry, &format!("/v2/acme/app/blobs/{config}"), "").body,
        layout.blobs[&config]
    );
    let fallback = get(
        &registry,
        &format!("/v2/acme/app/manifests/{}", image.derived_tag("")),
        "",
    );
    assert_eq!(fallback.json()["manifests"].as_array().unwrap().len(), 3);
    assert_eq!(
        get(
            &registry,
            &format!("/v2/acme/app/manifests/{}", image.derived_tag(".sig")),
            ""
        )
        .status,
        200
    );
    assert_eq!(get(&registry, "/v2/acme/app/manifests/v2", "").status, 404);
    assert_eq!(registry.count("/manifests/"), 4);
}

#[test]
fn referrers() {
    let (layout, image) = signed();
    let registry = Registry::start([("acme/app", layout)]);
    let target = format!("/v2/acme/app/referrers/{}", image.digest());
    assert_eq!(
        get(&registry, &target, "").json()["manifests"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let filtered = get(
        &registry,
        &format!("{target}?artifactType=application/vnd.example%2Bjson"),
        "",
    );
    assert_eq!(filtered.json()["manifests"].as_array().unwrap().len(), 1);
    registry.referrers(Referrers::Paged(2));
    let first = get(&registry, &target, "");
    assert!(first.head.contains(&format!("Link: <{target}?page=1>; rel=\"next\"")));
    let second = get(&registry, &format!("{target}?page=1"), "");
    assert_eq!(second.json()["manifests"].as_array().unwrap().len(), 1);
    assert!(!second.head.contains("Link:"));
    registry.referrers(Referrers::Empty);
    assert_eq!(
        get(&registry, &target, "").json()["manifests"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    registry.referrers(Referrers::Unsupported);
    assert_eq!(get(&registry, &target, "").status, 404);
}

#[test]
fn authentication() {
    let (layout, _) = signed();
    let registry = Registry::start([("acme/app", layout)]);
    registry.auth(Auth::Basic {
        user: "u".into(),
        password: "p".into(),
    });
    assert_eq!(get(&registry, "/v2/acme/app/manifests/v1", "").status, 401);
    assert_eq!(get(&registry, "/v2/acme/app/manifests/v1", "Basic dTpw").status, 200);
    registry.auth(Auth::Bearer {
        realm: None,
        credentials: Some(("u".into(), "p".into())),
    });
    let challenge = get(&registry, "/v2/acme/app/manifests/v1", "").head;
    assert!(
        challenge.contains(&format!("realm=\"{}/token\"", registry.url())),
        "{challenge}"
    );
    assert!(challenge.contains("scope=\"repository:acme/app:pull\""), "{challenge}");
    assert_eq!(get(&registry, "/token", "").status, 401);
    assert_eq!(get(&registry, "/token", "Basic dTpw").json()["token"], TOKEN);
    assert_eq!(
        get(&registry, "/v2/acme/app/manifests/v1", &format!("Bearer {TOKEN}")).status,
        200
    );
    assert!(registry.credentials_seen().contains(&format!("Bearer {TOKEN}")));
}

#[test]
fn faults() {
    let (layout, image) = signed();
    let registry = Registry::start([("acme/app", layout.clone())]);
    registry.fault(
        Fault::on("/manifests/v1")
            .status(503)
            .header("Retry-After", "7")
            .times(1),
    );
    registry.fault(Fault::on("/manifests/v1").truncated(10));
    let (unavailable, truncated) = (
        get(&registry, "/v2/acme/app/manifests/v1", ""),
        get(&registry, "/v2/acme/app/manifests/v1", ""),
    );
    assert!(unavailable.status == 503 && unavailable.head.contains("Retry-After: 7"));
    assert!(truncated.body.len() == 10);
    assert!(
        truncated
            .head
            .contains(&format!("Content-Length: {}", layout.blobs[image.digest()].len()))
    );
    registry.clear_faults();
    registry.fault(Fault::on("/manifests/v1").redirect("http://localhost:1/elsewhere"));
    assert!(
        get(&registry, "/v2/acme/app/manifests/v1", "")
            .head
            .contains("Location: http://localhost:1/elsewhere")
    );
    registry.clear_faults();
    registry.fault(
        Fault::on("/manifests/v1")
            .oversized(1 << 20)
            .unstated_length()
            .content_type("text/html"),
    );
    assert_eq!(get(&registry, "/v2/acme/app/manifests/v1", "").body.len(), 1 << 20);
    registry.clear_faults();
    registry.fault(Fault::on("/manifests/v1").delay(Duration::from_millis(1)));
    assert_eq!(get(&registry, "/v2/acme/app/manifests/v1", "").status, 200);
}

#[test]
fn a_hanging_client_is_let_go_when_the_registry_stops() {
    let registry = Registry::start([]);
    registry.fault(Fault::on("/").hang());
    let mut stream = TcpStream::connect(registry.host()).unwrap();
    stream.write_all(b"GET /v2/ HTTP/1.1\r\n\r\n").unwrap();
    while registry.count("/v2/") == 0 {
        std::thread::yield_now();
    }
    drop(registry);
    assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap(), 0);
}
