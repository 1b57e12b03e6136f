//! cosign's identity flags: who must have signed, without a policy file.

use clap::ArgMatches;
use std::collections::BTreeMap;
use std::path::PathBuf;

use super::UsageError;

/// A policy as flags: one signer, and what must be theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flags {
    pub identity: Identity,
    pub attested: Attested,
    pub annotations: BTreeMap<String, String>,
    pub transparency_log: TransparencyLog,
}

/// What the signer must have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attested {
    /// the image: no attestation is asked for
    Image,
    /// `--type`: an attestation of each of these types, at least one; `signature` is the image's
    Types(Vec<String>),
    /// `--all-attestations`
    All,
}

impl Attested {
    pub fn signature(&self) -> bool {
        match self {
            Self::Image => true,
            Self::Types(types) => types.iter().any(|one| one == SIGNATURE),
            Self::All => false,
        }
    }

    /// Types of attestations that are named.
    pub fn types(&self) -> Vec<&str> {
        match self {
            Self::Types(types) => types
                .iter()
                .map(String::as_str)
                .filter(|one| *one != SIGNATURE)
                .collect(),
            Self::Image | Self::All => Vec::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// file with a public key, relative to the current directory
    Key(PathBuf),
    Keyless {
        issuer: TextMatch,
        identity: TextMatch,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextMatch {
    Exact(String),
    /// for the whole text
    Regexp(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransparencyLog {
    Required,
    /// `--rekor-url`: of the trusted root's logs this one alone
    At(String),
    /// `--insecure-ignore-tlog`
    Ignored,
}

/// Short type of an image signature.
const SIGNATURE: &str = "signature";
const KEY: &str = "key";
const IDENTITY: &str = "certificate-identity";
const IDENTITY_REGEXP: &str = "certificate-identity-regexp";
const ISSUER: &str = "certificate-oidc-issuer";
const REKOR_URL: &str = "rekor-url";
const ISSUER_REGEXP: &str = "certificate-oidc-issuer-regexp";

/// The flags that make a policy, as they are written.
const FLAGS: [(&str, &str); 8] = [
    (KEY, "--key"),
    (IDENTITY, "--certificate-identity"),
    (IDENTITY_REGEXP, "--certificate-identity-regexp"),
    (ISSUER, "--certificate-oidc-issuer"),
    (ISSUER_REGEXP, "--certificate-oidc-issuer-regexp"),
    ("annotations", "--annotations"),
    ("insecure-ignore-tlog", "--insecure-ignore-tlog"),
    (REKOR_URL, "--rekor-url"),
];

/// The first of the flags that is given.
pub fn given(matches: &ArgMatches) -> Option<&'static str> {
    let on_command_line = |name: &str| matches.value_source(name) == Some(clap::parser::ValueSource::CommandLine);
    FLAGS
        .into_iter()
        .find(|(name, _)| on_command_line(name))
        .map(|(_, flag)| flag)
}

/// None where no flag is given.
pub fn read(matches: &ArgMatches) -> Result<Option<Flags>, UsageError> {
    let Some(flag) = given(matches) else {
        return Ok(None);
    };
    let issuer = text_match(matches, ISSUER, ISSUER_REGEXP)?;
    let identity = text_match(matches, IDENTITY, IDENTITY_REGEXP)?;
    let identity = match (matches.get_one::<String>(KEY), issuer, identity) {
        (Some(key), None, None) => Identity::Key(PathBuf::from(key)),
        (None, Some(issuer), Some(identity)) => Identity::Keyless { issuer, identity },
        (Some(_), _, _) => {
            return Err(UsageError::KeyAndCertificate {
                flag: certificate_flag(matches),
            });
        }
        (None, None, Some(_)) => {
            return Err(needs("--certificate-identity", "--certificate-oidc-issuer"));
        }
        (None, Some(_), None) => {
            return Err(needs("--certificate-oidc-issuer", "--certificate-identity"));
        }
        (None, None, None) => {
            return Err(UsageError::Needs {
                option: flag,
                other: "--key",
                reason: "or `--certificate-identity` with `--certificate-oidc-issuer`",
            });
        }
    };
    let transparency_log = match (
        matches.get_flag("insecure-ignore-tlog"),
        matches.get_one::<String>(REKOR_URL),
    ) {
        (true, Some(_)) => {
            return Err(UsageError::Conflict {
                option: "--insecure-ignore-tlog".to_owned(),
                other: "--rekor-url".to_owned(),
            });
        }
        (true, None) => TransparencyLog::Ignored,
        (false, Some(url)) => TransparencyLog::At(url.clone()),
        (false, None) => TransparencyLog::Required,
    };
    Ok(Some(Flags {
        identity,
        attested: Attested::Image,
        annotations: annotations(matches)?,
        transparency_log,
    }))
}

fn needs(option: &'static str, other: &'static str) -> UsageError {
    let reason = "an identity means something only together with who issued it: anybody can run an issuer";
    UsageError::Needs { option, other, reason }
}

fn certificate_flag(matches: &ArgMatches) -> &'static str {
    let certificate = FLAGS[1..5].iter().find(|(name, _)| matches.contains_id(name));
    certificate.map_or("--certificate-identity", |(_, flag)| flag)
}

fn text_match(matches: &ArgMatches, exact: &str, regexp: &str) -> Result<Option<TextMatch>, UsageError> {
    let value = |name: &str| matches.get_one::<String>(name).cloned();
    match (value(exact), value(regexp)) {
        (Some(_), Some(_)) => Err(UsageError::Conflict {
            option: format!("--{exact}"),
            other: format!("--{regexp}"),
        }),
        (Some(text), _) | (_, Some(text)) if text.is_empty() => Err(UsageError::BadValue {
            option: format!("--{exact}"),
            value: text,
            expected: "text: nothing is no identity".to_owned(),
        }),
        (Some(text), None) => Ok(Some(TextMatch::Exact(text))),
        (None, Some(text)) => Ok(Some(TextMatch::Regexp(text))),
        (None, None) => Ok(None),
    }
}

fn annotations(matches: &ArgMatches) -> Result<BTreeMap<String, String>, UsageError> {
    let mut annotations = BTreeMap::new();
    for pair in matches.get_many::<String>("annotations").into_iter().flatten() {
        let bad = |expected: &str| UsageError::BadValue {
            option: "--annotations".to_owned(),
            value: pair.clone(),
            expected: expected.to_owned(),
        };
        let (key, value) = pair.split_once('=').ok_or_else(|| bad("KEY=VALUE"))?;
        if key.is_empty() {
            return Err(bad("KEY=VALUE"));
        }
        if annotations.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(bad("each key once"));
        }
    }
    Ok(annotations)
}
