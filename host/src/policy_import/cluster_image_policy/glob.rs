//! policy-controller's patterns over whole references as ours over `registry/repository`. There `*` is any text without `/`,
//! and `**` any text.

use crate::policy_import::notes::{Notes, Pointer};
use crate::say;

/// None where it cannot be said.
pub fn ours(at: &Pointer, written: &str, notes: &mut Notes) -> Vec<String> {
    let name = without_tag(at, written, notes);
    let name = match name.as_str() {
        "*" => "docker.io/library/*".to_owned(),
        "*/*" => "docker.io/*/*".to_owned(),
        other => match other.strip_prefix("index.docker.io/") {
            Some(rest) => format!("docker.io/{rest}"),
            None => other.to_owned(),
        },
    };
    let Some(open) = name
        .strip_suffix("**")
        .filter(|before| !before.is_empty() && !before.ends_with('/'))
    else {
        return vec![name];
    };
    // `a**` is `a…` and all that lies below
    vec![format!("{open}*"), format!("{open}*/**")]
}

fn without_tag(at: &Pointer, written: &str, notes: &mut Notes) -> String {
    let (name, digest) = written
        .split_once('@')
        .map_or((written, None), |(name, digest)| (name, Some(digest)));
    let after_slash = name.rfind('/').map_or(0, |slash| slash + 1);
    // in `host:5000/a` the colon is of a port
    let (name, tag) = match name[after_slash..].find(':') {
        Some(colon) => (&name[..after_slash + colon], Some(&name[after_slash + colon + 1..])),
        None => (name, None),
    };
    let open = |part: &str| part.chars().all(|c| c == '*');
    let narrowed = tag.into_iter().chain(digest).find(|part| !open(part));
    if let Some(part) = narrowed {
        let effect = "` narrows it to a tag or digest; here it holds for the repository";
        notes.missing(at, say!["`", part, effect]);
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_without_their_tags() {
        let (at, mut notes) = (Pointer::of("p"), Notes::default());
        let mut of = |written: &str| (ours(&at, written, &mut notes).join(" "), notes.take().len());
        for (written, expected, said) in [
            ("**", "**", 0),
            ("*", "docker.io/library/*", 0),
            ("ghcr.io/acme/**", "ghcr.io/acme/**", 0),
            ("ghcr.io/acme/api*", "ghcr.io/acme/api*", 0),
            ("ghcr.io/acme/api**", "ghcr.io/acme/api* ghcr.io/acme/api*/**", 0),
            ("index.docker.io/library/nginx:*", "docker.io/library/nginx", 0),
            ("host:5000/a:v1", "host:5000/a", 1),
            ("gcr.io/a/b@sha256:12", "gcr.io/a/b", 1),
            ("a:", "a", 0),
            ("", "", 0),
        ] {
            assert_eq!(of(written), (expected.to_owned(), said), "{written}");
        }
    }
}
