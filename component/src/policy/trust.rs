//! `trust:` — the trusted roots, and which one each signer is proven under (meaning 13 and 18).

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::RootFile;
use super::faults::{Place, did_you_mean, quoted};
use super::files::stem;
use super::lower::Lower;
use super::signers::Draft;
use super::table::WELL_KNOWN_ROOTS;
use super::tree::{Kind, Node, listed};
use crate::signer::{LogDemand, Recognises, Signer};
use crate::trust::{Origin, in_force};
use crate::wit::request::PolicySource;

/// What an unnamed root means to signers of public services.
const SIGSTORE: &str = "sigstore";

/// A trusted root as the policy, or the call, names it.
pub(crate) struct Root<'s> {
    name: String,
    /// Its path, or the name of a well-known one.
    file: String,
    place: Place,
    /// It comes from a TUF repository: the host may have kept something about it.
    refreshed: bool,
    /// None while it, or what it hangs from, was not handed over.
    content: Option<Content<'s>>,
}

struct Content<'s> {
    bytes: Cow<'s, [u8]>,
    origin: Origin,
}

#[derive(Default)]
pub(crate) struct Roots<'s> {
    /// As the policy has them.
    written: Vec<Root<'s>>,
    /// The policy says nothing: `sigstore` is meant.
    by_default: bool,
    /// Given by the user in place of the policy's.
    instead: Option<Vec<Root<'s>>>,
}

impl<'s> Lower<'s> {
    pub fn roots(&mut self, node: Option<&Node>, source: &'s PolicySource) -> Roots<'s> {
        let overridden = !source.trust_override.is_empty();
        let items = match node.map(|node| &node.kind) {
            Some(Kind::Sequence(items)) => items.as_slice(),
            _ => &[],
        };
        let mut written: Vec<Root> = Vec::new();
        for item in items {
            if let Some(root) = self.root(item, source, overridden) {
                if let Some(other) = written.iter().find(|other| other.name == root.name) {
                    let message = format!("two trusted roots are called {}", quoted(&root.name));
                    self.faults.error_with_hint(
                        root.place,
                        message,
                        format!("give it a `name`; the other is in line {}", other.place.line),
                    );
                }
                written.push(root);
            }
        }
        let by_default = node.is_none();
        if by_default {
            written.push(self.refreshed(SIGSTORE.to_owned(), Place::DOCUMENT, None, source));
        }
        let instead = overridden.then(|| self.given_roots(source));
        Roots {
            written,
            by_default,
            instead,
        }
    }

    fn root(&mut self, item: &Node, source: &'s PolicySource, overridden: bool) -> Option<Root<'s>> {
        if let Kind::Scalar { text, .. } = &item.kind {
            return WELL_KNOWN_ROOTS
                .contains(&text.as_str())
                .then(|| self.refreshed(text.clone(), item.place, None, source));
        }
        let max_age = self.duration(item, "max-age");
        let (file, initial) = (self.field(item, "file"), self.field(item, "tuf"));
        let name = self.text(item, "name");
        if let (Some(_), Some(initial)) = (file, initial) {
            self.faults.error_with_hint(
                initial.place,
                "a trusted root has both `file` and `tuf`",
                "`file` is a trusted_root.json, `tuf` the root.json of a repository that has one: give one of them",
            );
        }
        let Some(path) = file.or(initial) else {
            return self.named_root(item, name, max_age, source);
        };
        let name = name.unwrap_or_else(|| stem(path.text).to_owned());
        if WELL_KNOWN_ROOTS.contains(&name.as_str()) {
            let message = format!("a file cannot be called {}", quoted(&name));
            self.faults.error_with_hint(
                item.place,
                message,
                "that is a root which the program brings: give it another `name`",
            );
        }
        let known = self.files.missing().len();
        let content = self.file(path, Some(item));
        if overridden {
            self.files.forget_since(known);
        }
        if file.is_none() {
            let mut root = match content {
                Some(initial) => self.refreshed(name, item.place, Some(initial), source),
                None => unknown(name, item.place, true),
            };
            root.believe_for(max_age);
            return Some(root);
        }
        if max_age.is_some() {
            self.faults.error_with_hint(
                item.place,
                format!(
                    "a file has no age that could be proven, so `max-age` of {} means nothing",
                    quoted(&name)
                ),
                "refresh the root with `tuf: root.json` and `portcullis trust update`, or remove `max-age`",
            );
        }
        Some(Root {
            file: path.text.to_owned(),
            content: content.map(of_file),
            ..unknown(name, item.place, false)
        })
    }

    /// An entry without a file: a root that is known by its name, for how long it is believed.
    fn named_root(
        &mut self,
        item: &Node,
        name: Option<String>,
        max_age: Option<i64>,
        source: &'s PolicySource,
    ) -> Option<Root<'s>> {
        let Some(name) = name.filter(|name| WELL_KNOWN_ROOTS.contains(&name.as_str())) else {
            self.faults.error_with_hint(
                item.place,
                "a trusted root needs `file` or `tuf`",
                format!("or as `name` one of {}", listed(&WELL_KNOWN_ROOTS)),
            );
            return None;
        };
        let mut root = self.refreshed(name, item.place, None, source);
        root.believe_for(max_age);
        Some(root)
    }

    /// What is kept is verified here, so that one that does not verify is an error of every run.
    fn refreshed(&mut self, name: String, place: Place, initial: Option<&[u8]>, source: &'s PolicySource) -> Root<'s> {
        let kept = source.kept_roots.iter().find(|kept| kept.name == name);
        let root = unknown(name, place, true);
        if initial.is_some() && kept.is_none() {
            return root;
        }
        match in_force(&root.name, initial, kept) {
            Ok(found) => {
                for remark in found.remarks {
                    let hint = format!("run `portcullis trust update {}`", root.name);
                    self.faults.warning(place, remark, hint);
                }
                let content = Some(Content {
                    bytes: Cow::Owned(found.content),
                    origin: found.origin,
                });
                Root { content, ..root }
            }
            Err(fault) => {
                let at = kept.map_or_else(String::new, |kept| format!(" in {}", quoted(&kept.place)));
                let message = format!(
                    "what is kept of the trusted root {}{at} does not verify: {}: {}",
                    quoted(&root.name),
                    quoted(&fault.file),
                    fault.reason
                );
                let hint = format!("run `portcullis trust update {}`, or remove the file", root.name);
                self.faults.error_with_hint(place, message, hint);
                root
            }
        }
    }

    fn given_roots(&mut self, source: &'s PolicySource) -> Vec<Root<'s>> {
        let mut roots: Vec<Root> = Vec::new();
        for file in &source.trust_override {
            let name = stem(&file.name).to_owned();
            if roots.iter().any(|other| other.name == name) {
                self.faults.error(
                    Place::DOCUMENT,
                    format!("two trusted roots given are called {}", quoted(&name)),
                );
            }
            roots.push(Root {
                file: file.name.clone(),
                content: Some(of_file(&file.content)),
                ..unknown(name, Place::DOCUMENT, false)
            });
        }
        roots
    }

    /// Gives each signer its root. Evidence is proven wholly under it, so that no root can speak for another's signers.
    pub fn assign_roots(&mut self, drafts: Vec<Draft>, roots: &Roots) -> BTreeMap<String, Signer> {
        let mut signers = BTreeMap::new();
        for mut draft in drafts {
            draft.signer.root = self.root_of(&draft, roots);
            signers.insert(draft.signer.name.clone(), draft.signer);
        }
        self.warn_unused(&signers, roots);
        signers
    }

    fn root_of(&mut self, draft: &Draft, roots: &Roots) -> Option<String> {
        if let Some(word) = draft.trust
            && !roots.written.iter().any(|root| root.name == word.text)
        {
            let names: Vec<&str> = roots.written.iter().map(|root| root.name.as_str()).collect();
            let hint = did_you_mean(word.text, names.iter().copied())
                .unwrap_or_else(|| format!("`trust` has {}", listed(&names)));
            self.faults
                .error_with_hint(word.place, format!("`trust` has no entry {}", quoted(word.text)), hint);
            return None;
        }
        let keys = matches!(draft.signer.recognises, Recognises::Keys(_));
        if keys && matches!(draft.signer.log, LogDemand::Waived { .. }) {
            if let Some(word) = draft.trust {
                let message = "a key that does without the transparency log is proven under no root";
                self.faults
                    .error_with_hint(word.place, message, "remove `trust` from this signer");
            }
            return None;
        }
        self.choose(
            draft,
            roots.in_force(),
            draft.trust.map(|word| word.text),
            draft.is_public,
        )
    }

    fn choose(&mut self, draft: &Draft, roots: &[Root], wanted: Option<&str>, public: bool) -> Option<String> {
        if let [only] = roots {
            return Some(only.name.clone());
        }
        let wanted = wanted.or(public.then_some(SIGSTORE));
        if let Some(root) = roots.iter().find(|root| Some(root.name.as_str()) == wanted) {
            return Some(root.name.clone());
        }
        if roots.is_empty() {
            self.faults.ensure_error(draft.place, "no trusted root");
            return None;
        }
        let names: Vec<&str> = roots.iter().map(|root| root.name.as_str()).collect();
        let message = format!(
            "there are several trusted roots, and signer `{}` names none of them",
            draft.signer.name
        );
        self.faults.error_with_hint(
            draft.place,
            message,
            format!("give it `trust:` with one of {}", listed(&names)),
        );
        None
    }

    fn warn_unused(&mut self, signers: &BTreeMap<String, Signer>, roots: &Roots) {
        if roots.instead.is_some() || roots.by_default || signers.is_empty() {
            return;
        }
        for root in &roots.written {
            if !signers.values().any(|signer| signer.root.as_ref() == Some(&root.name)) {
                let message = format!("no signer is proven under the trusted root `{}`", root.name);
                self.faults
                    .warning(root.place, message, "remove it, or name it at a signer");
            }
        }
    }
}

fn unknown<'s>(name: String, place: Place, refreshed: bool) -> Root<'s> {
    Root {
        file: name.clone(),
        name,
        place,
        refreshed,
        content: None,
    }
}

fn of_file(bytes: &[u8]) -> Content<'_> {
    Content {
        bytes: Cow::Borrowed(bytes),
        origin: Origin::file(),
    }
}

impl Root<'_> {
    fn believe_for(&mut self, max_age: Option<i64>) {
        if let Some(content) = &mut self.content {
            content.origin.max_age = max_age;
        }
    }
}

impl<'s> Roots<'s> {
    fn in_force(&self) -> &[Root<'s>] {
        self.instead.as_deref().unwrap_or(&self.written)
    }

    /// Roots that are needed: all that are written; the unwritten default only when a signer, or nobody, asks for it.
    fn needed<'r>(&'r self, signers: &'r BTreeMap<String, Signer>) -> impl Iterator<Item = &'r Root<'s>> {
        let idle = self.by_default && !signers.is_empty() && signers.values().all(|signer| signer.root.is_none());
        self.in_force()
            .iter()
            .filter(move |root| self.instead.is_some() || !(idle && root.refreshed))
    }

    /// Names of roots that the host may have kept something about.
    pub fn refreshed(&self, signers: &BTreeMap<String, Signer>) -> Vec<String> {
        self.needed(signers)
            .filter(|root| root.refreshed)
            .map(|root| root.name.clone())
            .collect()
    }

    /// Roots of which nothing was kept, where the component brings none either.
    pub fn missing<'r>(&'r self, signers: &'r BTreeMap<String, Signer>) -> impl Iterator<Item = (&'r str, Place)> {
        let missing = |root: &&Root| root.refreshed && root.content.is_none();
        self.needed(signers)
            .filter(missing)
            .map(|root| (root.name.as_str(), root.place))
    }

    pub fn files(&self, signers: &BTreeMap<String, Signer>) -> BTreeMap<String, RootFile> {
        let file = |root: &Root| {
            let content = root.content.as_ref()?;
            Some((
                root.name.clone(),
                RootFile {
                    name: root.name.clone(),
                    file: root.file.clone(),
                    content: content.bytes.to_vec(),
                    origin: content.origin.clone(),
                },
            ))
        };
        self.needed(signers).filter_map(file).collect()
    }
}
