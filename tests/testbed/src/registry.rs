//! A registry on loopback that serves layouts, does wrong what it is told to, and remembers what it was asked.

mod content;
mod fault;
mod http;

pub use fault::Fault;
pub use http::Request;

use crate::layout::Layout;
use content::Content;
use fault::Silence;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

/// The bearer token that every token endpoint hands out.
pub const TOKEN: &str = "testbed-token";

/// How the referrers API answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Referrers {
    Served,
    /// Served with at most this many per page and a `Link` to the next.
    Paged(usize),
    /// 404, as registries before OCI 1.1: the fallback tag is the truth.
    Unsupported,
    /// 200 with an empty list although there are some.
    Empty,
}

/// What a request needs to be answered.
#[derive(Clone, Debug)]
pub enum Auth {
    None,
    Basic {
        user: String,
        password: String,
    },
    /// A token of `realm`, without one of this registry's own `/token`, which may ask for user and password.
    Bearer {
        realm: Option<String>,
        credentials: Option<(String, String)>,
    },
}

struct Settings {
    referrers: Referrers,
    auth: Auth,
}

/// Stops when it is dropped, also for clients that a fault keeps waiting.
pub struct Registry {
    pub port: u16,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    content: Mutex<Content>,
    faults: Mutex<Vec<Fault>>,
    requests: Mutex<Vec<Request>>,
    stopped: Mutex<bool>,
    stopping: Condvar,
}

impl Registry {
    /// Serves each layout under its repository's name, with the referrers API and without authentication.
    pub fn start<'a>(repositories: impl IntoIterator<Item = (&'a str, Layout)>) -> Registry {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let content = Content {
            repositories: repositories
                .into_iter()
                .map(|(name, layout)| (name.to_owned(), layout))
                .collect(),
            settings: Settings {
                referrers: Referrers::Served,
                auth: Auth::None,
            },
            url: format!("http://127.0.0.1:{port}"),
        };
        let shared = Arc::new(Shared {
            content: Mutex::new(content),
            faults: Mutex::default(),
            requests: Mutex::default(),
            stopped: Mutex::default(),
            stopping: Condvar::new(),
        });
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Registry {
            port,
            shared,
            accepting: Some(accepting),
        }
    }

    /// `127.0.0.1:port`; the same registry is `localhost:port`, for clients another host.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.host())
    }

    pub fn referrers(&self, referrers: Referrers) {
        self.shared.content.lock().unwrap().settings.referrers = referrers;
    }

    pub fn auth(&self, auth: Auth) {
        self.shared.content.lock().unwrap().settings.auth = auth;
    }

    /// Puts another layout under a repository's name: the tag that moves between two requests.
    pub fn replace(&self, name: &str, layout: Layout) {
        self.shared
            .content
            .lock()
            .unwrap()
            .repositories
            .insert(name.to_owned(), layout);
    }

    pub fn fault(&self, fault: Fault) {
        self.shared.faults.lock().unwrap().push(fault);
    }

    pub fn clear_faults(&self) {
        self.shared.faults.lock().unwrap().clear();
    }

    /// What was asked so far, in the order it came.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// How many requests had this text in path or query.
    pub fn count(&self, target: &str) -> usize {
        self.requests()
            .iter()
            .filter(|request| request.target.contains(target))
            .count()
    }

    /// The `Authorization` headers that came, each once per request.
    pub fn credentials_seen(&self) -> Vec<String> {
        self.requests()
            .iter()
            .filter_map(|request| request.authorization().map(str::to_owned))
            .collect()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        *self.shared.stopped.lock().unwrap() = true;
        self.shared.stopping.notify_all();
        // A last connection wakes the accepting thread.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if *shared.stopped.lock().unwrap() {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            // A client that goes away in the middle is its own affair.
            let _ = shared.serve(&stream);
        });
    }
}

impl Shared {
    fn serve(&self, stream: &TcpStream) -> std::io::Result<()> {
        let Some(request) = Request::read(stream)? else {
            return Ok(());
        };
        self.requests.lock().unwrap().push(request.clone());
        let response = self.content.lock().unwrap().answer(&request);
        let Some(fault) = self.fault_for(&request) else {
            return response.write(&request.method, stream);
        };
        match fault.silence {
            Some(Silence::Closed) => return Ok(()),
            Some(silence) if !self.wait(silence) => return Ok(()),
            _ => {}
        }
        fault.apply(response).write(&request.method, stream)
    }

    fn fault_for(&self, request: &Request) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let fault = faults.iter_mut().find(|fault| fault.fits(request))?;
        if let Some(remaining) = &mut fault.remaining {
            *remaining -= 1;
        }
        Some(fault.clone())
    }

    /// Whether to answer now; no if the registry stopped meanwhile.
    fn wait(&self, silence: Silence) -> bool {
        let stopped = self.stopped.lock().unwrap();
        match silence {
            Silence::For(time) => {
                let (stopped, _) = self
                    .stopping
                    .wait_timeout_while(stopped, time, |stopped| !*stopped)
                    .unwrap();
                !*stopped
            }
            _ => {
                let _stopped = self.stopping.wait_while(stopped, |stopped| !*stopped).unwrap();
                false
            }
        }
    }
}
