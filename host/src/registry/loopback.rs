//! A registry of a few lines on loopback for tests: a closure answers, and can be as nasty as it likes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Registry, Settings};
use crate::auth::Environment;
use crate::reference::Reference;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<Vec<Received>>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// with the query
    pub(crate) path: String,
    pub(crate) host: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    manner: Manner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Whole,
    /// closes the connection before the body's end
    Truncated,
    /// keeps the connection open and says nothing
    Silent,
    /// a byte now and then
    Dripping,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            manner: Manner::Whole,
        }
    }

    pub(crate) fn ok(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..Self::status(200)
        }
        .header("Content-Type", media_type)
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..self
        }
    }

    pub(crate) fn truncated(self) -> Self {
        Self {
            manner: Manner::Truncated,
            ..self
        }
    }

    pub(crate) fn dripping(self) -> Self {
        Self {
            manner: Manner::Dripping,
            ..self
        }
    }

    pub(crate) fn silent() -> Self {
        Self {
            manner: Manner::Silent,
            ..Self::status(200)
        }
    }
}

impl Server {
    /// Answers until the test's process ends.
    pub(crate) fn start(answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (answer, log) = (Arc::new(answer), Arc::new(Mutex::new(Vec::new())));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                std::thread::spawn(move || serve(stream, &*answer, &log));
            }
        });
        Self { address, log: kept }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.received().into_iter().map(|received| received.path).collect()
    }

    pub(crate) fn reference(&self, rest: &str) -> Reference {
        format!("{}/{rest}", self.address).parse().expect("a reference")
    }
}

/// A client that does not wait.
pub(crate) fn client(environment: Environment) -> Registry {
    let mut settings = Settings::new(environment);
    settings.proxy = super::Proxy::None;
    settings.timeouts.read = Duration::from_millis(300);
    settings.retries.pause = Duration::from_millis(1);
    settings.retries.attempts = 2;
    Registry::new(settings)
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&Received) -> Reply, log: &Mutex<Vec<Received>>) {
    let Some(received) = receive(&stream) else { return };
    log.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(received.clone());
    let reply = answer(&received);
    if reply.manner == Manner::Silent {
        let mut rest = Vec::new();
        drop(stream.read_to_end(&mut rest));
        return;
    }
    let mut head = format!(
        "HTTP/1.1 {} Status\r\nConnection: close\r\nContent-Length: {}\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    if reply.manner == Manner::Dripping {
        let sent = stream.write_all(head.as_bytes());
        let drip = |byte: &u8| {
            std::thread::sleep(Duration::from_millis(20));
            stream.write_all(&[*byte]).and_then(|()| stream.flush())
        };
        drop(sent.and_then(|()| reply.body.iter().try_for_each(drip)));
        return;
    }
    let end = if reply.manner == Manner::Truncated {
        reply.body.len() / 2
    } else {
        reply.body.len()
    };
    drop(
        stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(&reply.body[..end])),
    );
}

fn receive(stream: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut host, mut authorization, mut length) = (String::new(), None, 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "host" => host = value.trim().to_owned(),
            "authorization" => authorization = Some(value.trim().to_owned()),
            "content-length" => length = value.trim().parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received {
        method,
        path,
        host,
        authorization,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
