//! What a registry does wrong, and for which requests.

use super::http::{Length, Request, Response};
use std::time::Duration;

/// A fault for each request whose target contains a text: `Fault::on("/referrers/").status(503)`.
///
/// The first fault that fits is used; parts that are not said stay as the registry would have answered.
#[derive(Clone, Debug)]
pub struct Fault {
    target: String,
    method: Option<String>,
    pub(super) remaining: Option<usize>,
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    length: Option<Length>,
    keep_bytes: Option<usize>,
    pub(super) silence: Option<Silence>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Silence {
    /// Answer after this time.
    For(Duration),
    /// Never answer; the connection closes with the registry.
    Forever,
    /// Close the connection at once.
    Closed,
}

impl Fault {
    /// For requests whose path or query contains this text.
    pub fn on(target: &str) -> Fault {
        Fault {
            target: target.to_owned(),
            method: None,
            remaining: None,
            status: None,
            headers: Vec::new(),
            body: None,
            length: None,
            keep_bytes: None,
            silence: None,
        }
    }

    /// Only for this method.
    pub fn method(mut self, method: &str) -> Fault {
        self.method = Some(method.to_owned());
        self
    }

    /// Only the first `count` times.
    pub fn times(mut self, count: usize) -> Fault {
        self.remaining = Some(count);
        self
    }

    /// This status and an error body.
    pub fn status(mut self, status: u16) -> Fault {
        self.status = Some(status);
        self
    }

    /// Sets a header: `Retry-After`, `Link`, `WWW-Authenticate`, `Docker-Content-Digest`.
    pub fn header(mut self, name: &str, value: &str) -> Fault {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn content_type(self, media_type: &str) -> Fault {
        self.header("Content-Type", media_type)
    }

    /// A 307 to this location, a path or a URL.
    pub fn redirect(self, location: &str) -> Fault {
        self.status(307).header("Location", location)
    }

    /// Other bytes than asked for.
    pub fn body(mut self, bytes: &[u8]) -> Fault {
        self.body = Some(bytes.to_vec());
        self
    }

    /// A body of this many blanks.
    pub fn oversized(self, bytes: usize) -> Fault {
        self.body(&vec![b' '; bytes])
    }

    /// The first `bytes` of the body under the `Content-Length` of the whole.
    pub fn truncated(mut self, bytes: usize) -> Fault {
        self.keep_bytes = Some(bytes);
        self
    }

    /// This `Content-Length` whatever the body has.
    pub fn stated_length(mut self, bytes: u64) -> Fault {
        self.length = Some(Length::Stated(bytes));
        self
    }

    /// No `Content-Length`.
    pub fn unstated_length(mut self) -> Fault {
        self.length = Some(Length::Unstated);
        self
    }

    /// No answer until the registry is dropped.
    pub fn hang(mut self) -> Fault {
        self.silence = Some(Silence::Forever);
        self
    }

    /// The answer after this time, or nothing if the registry is dropped before.
    pub fn delay(mut self, time: Duration) -> Fault {
        self.silence = Some(Silence::For(time));
        self
    }

    /// The connection closes without an answer.
    pub fn disconnect(mut self) -> Fault {
        self.silence = Some(Silence::Closed);
        self
    }

    pub(super) fn fits(&self, request: &Request) -> bool {
        self.remaining != Some(0)
            && request.target.contains(&self.target)
            && self.method.as_ref().is_none_or(|method| *method == request.method)
    }

    pub(super) fn apply(&self, mut response: Response) -> Response {
        if let Some(status) = self.status {
            response = Response::error(status, "TESTBED_FAULT");
        }
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        if let Some(body) = &self.body {
            response.body = body.clone();
        }
        if let Some(length) = self.length {
            response.length = length;
        }
        if let Some(bytes) = self.keep_bytes {
            response.length = Length::Stated(response.body.len() as u64);
            response.body.truncate(bytes);
        }
        response
    }
}
