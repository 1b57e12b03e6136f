//! The answers of a registry that does nothing wrong ([distribution-spec]).
//!
//! [distribution-spec]: https://github.com/opencontainers/distribution-spec/blob/main/spec.md

use super::http::{Request, Response};
use super::{Auth, Referrers, Settings, TOKEN};
use crate::layout::{Layout, OCI_INDEX, OCI_MANIFEST, REF_NAME};
use base64::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) struct Content {
    pub repositories: BTreeMap<String, Layout>,
    pub settings: Settings,
    /// `http://127.0.0.1:port`, for the challenge.
    pub url: String,
}

impl Content {
    pub fn answer(&self, request: &Request) -> Response {
        if request.path() == "/token" {
            return self.token(request);
        }
        if let Some(challenge) = self.challenge(request) {
            return Response::error(401, "UNAUTHORIZED").header("WWW-Authenticate", &challenge);
        }
        if request.path() == "/v2/" {
            return Response::new(200, "application/json", "{}");
        }
        self.route(request)
            .unwrap_or_else(|| Response::error(404, "NAME_UNKNOWN"))
    }

    /// `/v2/NAME/KIND/REFERENCE`, where the name has slashes of its own.
    fn route(&self, request: &Request) -> Option<Response> {
        let path = request.path().strip_prefix("/v2/")?;
        let (rest, reference) = path.rsplit_once('/')?;
        let (name, kind) = rest.rsplit_once('/')?;
        let layout = self.repositories.get(name)?;
        Some(match kind {
            "manifests" => manifest(layout, reference),
            "blobs" => blob(layout, reference),
            "referrers" => self.referrers(layout, request, reference),
            "tags" => tags(layout, name),
            _ => return None,
        })
    }

    fn referrers(&self, layout: &Layout, request: &Request, digest: &str) -> Response {
        let page_size = match self.settings.referrers {
            Referrers::Unsupported => return Response::error(404, "UNSUPPORTED"),
            Referrers::Empty => return referrers_page(&[]),
            Referrers::Served => usize::MAX,
            Referrers::Paged(size) => size,
        };
        let wanted = request
            .query("artifactType")
            .map(|text| text.replace("%2B", "+").replace("%2F", "/"));
        let mut all = referrers_of(layout, digest);
        all.retain(|referrer| wanted.as_ref().is_none_or(|wanted| referrer["artifactType"] == *wanted));
        let page: usize = request.query("page").and_then(|text| text.parse().ok()).unwrap_or(0);
        let start = page.saturating_mul(page_size).min(all.len());
        let end = start.saturating_add(page_size).min(all.len());
        let mut response = referrers_page(&all[start..end]);
        if end < all.len() {
            let filter = request
                .query("artifactType")
                .map(|text| format!("&artifactType={text}"))
                .unwrap_or_default();
            let next = format!("<{}?page={}{filter}>; rel=\"next\"", request.path(), page + 1);
            response = response.header("Link", &next);
        }
        if wanted.is_some() {
            response.header("OCI-Filters-Applied", "artifactType")
        } else {
            response
        }
    }

    fn challenge(&self, request: &Request) -> Option<String> {
        let expected = match &self.settings.auth {
            Auth::None => return None,
            Auth::Basic { user, password } => basic(user, password),
            Auth::Bearer { .. } => format!("Bearer {TOKEN}"),
        };
        if request.authorization() == Some(&expected) {
            return None;
        }
        Some(match &self.settings.auth {
            Auth::Bearer { realm, .. } => {
                let realm = realm.clone().unwrap_or_else(|| format!("{}/token", self.url));
                let name = request.path().trim_start_matches("/v2/");
                let name = ["/manifests/", "/blobs/", "/referrers/", "/tags/"]
                    .iter()
                    .find_map(|kind| name.split_once(kind))
                    .map_or("", |(name, _)| name);
                format!("Bearer realm=\"{realm}\",service=\"testbed\",scope=\"repository:{name}:pull\"")
            }
            _ => "Basic realm=\"testbed\"".to_owned(),
        })
    }

    /// The token endpoint: open, unless the registry asks for credentials there.
    fn token(&self, request: &Request) -> Response {
        if let Auth::Bearer {
            credentials: Some((user, password)),
            ..
        } = &self.settings.auth
            && request.authorization() != Some(&basic(user, password))
        {
            return Response::error(401, "UNAUTHORIZED");
        }
        let token = json!({ "token": TOKEN, "access_token": TOKEN, "expires_in": 300 });
        Response::new(200, "application/json", token.to_string())
    }
}

fn manifest(layout: &Layout, reference: &str) -> Response {
    let tagged = layout.tagged(reference);
    let digest = tagged.as_ref().map_or(reference, |descriptor| descriptor.digest());
    let Some(bytes) = layout.blobs.get(digest) else {
        return Response::error(404, "MANIFEST_UNKNOWN");
    };
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let described = tagged.as_ref().map(|descriptor| &descriptor.0["mediaType"]);
    let media_type = body["mediaType"]
        .as_str()
        .or(described.and_then(Value::as_str))
        .unwrap_or(OCI_MANIFEST);
    Response::new(200, media_type, bytes.clone()).header("Docker-Content-Digest", digest)
}

fn blob(layout: &Layout, digest: &str) -> Response {
    match layout.blobs.get(digest) {
        Some(bytes) => Response::new(200, "application/octet-stream", bytes.clone()),
        None => Response::error(404, "BLOB_UNKNOWN"),
    }
}

fn tags(layout: &Layout, name: &str) -> Response {
    let tags: Vec<&Value> = layout
        .index
        .iter()
        .map(|entry| &entry.0["annotations"][REF_NAME])
        .collect();
    Response::new(
        200,
        "application/json",
        json!({ "name": name, "tags": tags }).to_string(),
    )
}

/// The descriptors of every stored manifest with this subject, in the order of their digests.
fn referrers_of(layout: &Layout, subject: &str) -> Vec<Value> {
    let describe = |(digest, bytes): (&String, &Vec<u8>)| {
        let manifest: Value = serde_json::from_slice(bytes).ok()?;
        if manifest["subject"]["digest"] != subject {
            return None;
        }
        let artifact_type = match &manifest["artifactType"] {
            Value::Null => &manifest["config"]["mediaType"],
            stated => stated,
        };
        Some(json!({
            "mediaType": manifest["mediaType"],
            "digest": digest,
            "size": bytes.len(),
            "artifactType": artifact_type,
            "annotations": manifest["annotations"],
        }))
    };
    layout.blobs.iter().filter_map(describe).collect()
}

fn referrers_page(referrers: &[Value]) -> Response {
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": referrers });
    Response::new(200, OCI_INDEX, index.to_string())
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
}
