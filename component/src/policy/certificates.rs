//! Certificates as PEM (RFC 7468), strictly: blocks `CERTIFICATE`, comments before each, nothing behind the last.

use std::fmt;

use base64ct::{Base64, Encoding};

use crate::limits;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END CERTIFICATE-----";
const DASHES: &str = "-----";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PemError {
    TooLong,
    NotText,
    NoBlock,
    TooMany,
    PrivateKey,
    PublicKey,
    OtherLabel,
    NoEnd,
    Base64,
    Trailing,
}

/// DER of each, at least one.
pub(crate) fn certificates(bytes: &[u8]) -> Result<Vec<Vec<u8>>, PemError> {
    if bytes.len() > limits::PEM_BYTES {
        return Err(PemError::TooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| PemError::NotText)?;
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim_end);
    let mut behind = false;
    while let Some(line) = lines.next() {
        if !line.starts_with(BEGIN) {
            behind |= !line.is_empty();
            continue;
        }
        label(line)?;
        if found.len() == limits::CHAIN_CERTIFICATES {
            return Err(PemError::TooMany);
        }
        found.push(block(&mut lines)?);
        behind = false;
    }
    match (found.is_empty(), behind) {
        (true, _) => Err(PemError::NoBlock),
        (false, true) => Err(PemError::Trailing),
        (false, false) => Ok(found),
    }
}

fn block<'t>(lines: &mut impl Iterator<Item = &'t str>) -> Result<Vec<u8>, PemError> {
    let mut body = String::new();
    for line in lines {
        if line == END {
            return Base64::decode_vec(&body).map_err(|_| PemError::Base64);
        }
        if line.starts_with(DASHES) {
            return Err(PemError::NoEnd);
        }
        body.push_str(line);
    }
    Err(PemError::NoEnd)
}

fn label(begin: &str) -> Result<(), PemError> {
    let label = begin.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(DASHES));
    match label.ok_or(PemError::OtherLabel)? {
        "CERTIFICATE" => Ok(()),
        label if label.contains("PRIVATE") => Err(PemError::PrivateKey),
        label if label.contains("PUBLIC") => Err(PemError::PublicKey),
        _ => Err(PemError::OtherLabel),
    }
}

impl fmt::Display for PemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "too long for certificates",
            Self::NotText | Self::NoBlock => "no PEM block `CERTIFICATE`",
            Self::TooMany => "more certificates than a chain has",
            Self::PrivateKey => "a private key where a certificate is expected",
            Self::PublicKey => "a public key where a certificate is expected",
            Self::OtherLabel => "a PEM block of another kind than `CERTIFICATE`",
            Self::NoEnd => "a PEM block without its end",
            Self::Base64 => "a PEM block that is not base64",
            Self::Trailing => "text behind the last PEM block",
        })
    }
}

impl std::error::Error for PemError {}

impl PemError {
    pub fn hint(self) -> &'static str {
        match self {
            Self::PrivateKey => "keep it away from the policy; only certificates belong here",
            Self::PublicKey => "a public key goes into `key:`",
            Self::Trailing => "comments go before a block",
            Self::TooMany => "at most six: the issuing authority and those above it",
            _ => "blocks that begin with `-----BEGIN CERTIFICATE-----`",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

    #[test]
    fn blocks_with_comments_before_each() {
        let one = vec![0x30, 0];
        assert_eq!(certificates(ONE.as_bytes()), Ok(vec![one.clone()]));
        let two = format!("subject=a\r\n{}\n\nsubject=b\n{ONE}\n", ONE.replace('\n', "\r\n"));
        assert_eq!(certificates(two.as_bytes()), Ok(vec![one.clone(), one]));
    }

    #[test]
    fn everything_else_is_refused_by_cause() {
        let error = |text: &str| certificates(text.as_bytes()).err();
        assert_eq!(error(""), Some(PemError::NoBlock));
        assert_eq!(error(&format!("{ONE}x")), Some(PemError::Trailing));
        assert_eq!(error(&ONE.repeat(7)), Some(PemError::TooMany));
        assert_eq!(
            error(&ONE.replace("CERTIFICATE", "EC PRIVATE KEY")),
            Some(PemError::PrivateKey)
        );
        assert_eq!(
            error(&ONE.replace("CERTIFICATE", "PUBLIC KEY")),
            Some(PemError::PublicKey)
        );
        assert_eq!(
            error(&ONE.replace("CERTIFICATE", "X509 CRL")),
            Some(PemError::OtherLabel)
        );
        assert_eq!(error(&ONE.replace(END, "")), Some(PemError::NoEnd));
        assert_eq!(error(&ONE.replace("MAA=", "MAA")), Some(PemError::Base64));
        assert_eq!(certificates(&[0xff; 4]), Err(PemError::NotText));
        assert_eq!(certificates(&vec![b' '; limits::PEM_BYTES + 1]), Err(PemError::TooLong));
    }
}
