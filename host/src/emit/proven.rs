//! What was proven, in the files that cosign's `--output-signature` and `--output-certificate` write.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::words;
use crate::run::Run;
use crate::wit::evidence::Proof;

/// Columns of PEM (RFC 7468, 2).
const PEM_WIDTH: usize = 64;

/// Base64 of the first signature that a rule counted.
pub fn signature(run: &Run) -> Option<String> {
    proofs(run).next().map(|proof| STANDARD.encode(&proof.signature))
}

/// PEM of the certificate of the first signature that a rule counted and that has one.
pub fn certificate(run: &Run) -> Option<String> {
    proofs(run).find_map(|proof| proof.certificate.as_deref()).map(pem)
}

fn proofs(run: &Run) -> impl Iterator<Item = &Proof> {
    let reports = run.images.iter().map(|image| &image.report);
    reports.flat_map(|report| {
        let accepted = report.rules.iter().flat_map(|rule| &rule.accepted);
        accepted.filter_map(|accepted| words::proof_of(report, accepted))
    })
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut lines = vec!["-----BEGIN CERTIFICATE-----"];
    let mut rest = text.as_str();
    while !rest.is_empty() {
        // invariant: base64 is ASCII, so every place is a character's
        let (line, after) = rest.split_at(rest.len().min(PEM_WIDTH));
        lines.push(line);
        rest = after;
    }
    lines.extend(["-----END CERTIFICATE-----", ""]);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::fixture;

    #[test]
    fn files_are_cosigns() {
        assert_eq!(signature(&fixture::run()).as_deref(), Some("MEUC"));
        assert_eq!(
            certificate(&fixture::run()).as_deref(),
            Some("-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n")
        );
        assert_eq!(pem(&[0; 49]).lines().nth(1).map(str::len), Some(64));
    }

    #[test]
    fn nothing_proven_gives_nothing() {
        let mut run = fixture::run();
        run.images.remove(0);
        assert_eq!((signature(&run), certificate(&run)), (None, None));
    }
}
