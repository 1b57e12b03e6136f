//! TLS by rustls with the machine's own trusted roots. They are read when a registry is first contacted over `https`,
//! never before.

use std::sync::Arc;

use rustls_native_certs::load_native_certs;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use super::settings::ClientCertificate;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TlsError {
    #[error(
        "no trusted root certificate found on this machine\nhint: install `ca-certificates`, set SSL_CERT_FILE, or name a file of certificates"
    )]
    NoRoots,
    #[error("cannot read the PEM certificates that were given as additional authorities")]
    Authorities,
    #[error("expected a PEM certificate chain for the client, found none that can be read")]
    ClientChain,
    #[error("expected a PEM private key for the client, found none that can be read")]
    ClientKey,
}

pub(super) fn configuration(authorities: &[u8], client: Option<&ClientCertificate>) -> Result<TlsConfig, TlsError> {
    let given = certificates(authorities).ok_or(TlsError::Authorities)?;
    let native = load_native_certs().certs;
    let roots: Vec<Certificate<'static>> = native
        .iter()
        .map(|root| Certificate::from_der(root).to_owned())
        .chain(given)
        .collect();
    if roots.is_empty() {
        return Err(TlsError::NoRoots);
    }
    let client = client.map(|client| {
        let chain = certificates(&client.chain)
            .filter(|chain| !chain.is_empty())
            .ok_or(TlsError::ClientChain)?;
        let key = PrivateKey::from_pem(client.key.reveal().as_bytes()).map_err(|_| TlsError::ClientKey)?;
        Ok(ClientCert::new_with_certs(&chain, key))
    });
    Ok(TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::new_with_certs(&roots))
        .client_cert(client.transpose()?)
        .build())
}

/// None where any part of it cannot be read, so that nothing is trusted or left out by mistake.
fn certificates(pem: &[u8]) -> Option<Vec<Certificate<'static>>> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.ok()? {
            certificates.push(certificate);
        }
    }
    let blank = pem.iter().all(u8::is_ascii_whitespace);
    if certificates.is_empty() && !blank {
        None
    } else {
        Some(certificates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_that_cannot_be_read_are_an_error() {
        assert_eq!(certificates(b"").map(|found| found.len()), Some(0));
        assert!(certificates(b"no certificate").is_none());
        assert!(certificates(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n").is_none());
    }
}
