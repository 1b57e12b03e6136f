//! As much HTTP/1.1 as a registry's client speaks: one request per connection, bodies with a length or until the close.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// A request as it came, for tests to look at afterwards.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
}

impl Request {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    /// The value of a query parameter, as it came.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    pub fn authorization(&self) -> Option<&str> {
        self.headers.get("authorization").map(String::as_str)
    }

    pub(super) fn read(stream: &TcpStream) -> io::Result<Option<Request>> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Ok(None);
        };
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else {
                break;
            };
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let length = headers
            .get("content-length")
            .and_then(|text: &String| text.parse().ok())
            .unwrap_or(0);
        io::copy(&mut reader.take(length), &mut io::sink())?;
        Ok(Some(Request {
            method,
            target,
            headers,
        }))
    }
}

/// How many bytes a response says it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    True,
    Stated(u64),
    /// No `Content-Length`; the end is where the connection closes.
    Unstated,
}

#[derive(Clone, Debug)]
pub(super) struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub length: Length,
}

impl Response {
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Response {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Response {
            status,
            headers,
            body: body.into(),
            length: Length::True,
        }
    }

    /// The error body of the distribution spec.
    pub fn error(status: u16, code: &str) -> Response {
        let body = serde_json::json!({ "errors": [{ "code": code, "message": code.to_lowercase() }] });
        Response::new(status, "application/json", body.to_string())
    }

    /// Sets a header, replacing one of this name.
    pub fn header(mut self, name: &str, value: &str) -> Response {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn write(&self, method: &str, mut stream: &TcpStream) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} testbed\r\nConnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match self.length {
            Length::True => head.push_str(&format!("Content-Length: {}\r\n", self.body.len())),
            Length::Stated(length) => head.push_str(&format!("Content-Length: {length}\r\n")),
            Length::Unstated => {}
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes())?;
        if method != "HEAD" {
            stream.write_all(&self.body)?;
        }
        stream.flush()
    }
}
