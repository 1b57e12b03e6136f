//! Name constraints of the authorities above a signer's certificate (RFC 5280 4.2.1.10). `sigstore-verify` reads those of the
//! issuing authority alone, and knows no e-mail addresses and no URIs.

use const_oid::ObjectIdentifier;
use x509_cert::Certificate;
use x509_cert::ext::pkix::constraints::name::GeneralSubtree;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{NameConstraints, SubjectAltName};
use x509_cert::name::Name;

use crate::trust::extension;

/// PKCS #9 `emailAddress`, in the subjects of old certificates.
const EMAIL_ADDRESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1");

/// Whether every authority of the path may issue for the names that the certificate has; the error says which may not.
pub(super) fn within(path: &[Certificate], certificate: &Certificate) -> Result<(), String> {
    let names = names_of(certificate)?;
    for authority in path {
        let subject = &authority.tbs_certificate.subject;
        let Some(constraints) = extension::<NameConstraints>(authority)? else {
            continue;
        };
        let permitted = constraints.permitted_subtrees.unwrap_or_default();
        let excluded = constraints.excluded_subtrees.unwrap_or_default();
        for name in &names {
            if !allowed(name, &permitted, &excluded) {
                return Err(format!(
                    "the authority `{subject}` may not issue certificates for this name"
                ));
            }
        }
    }
    Ok(())
}

fn names_of(certificate: &Certificate) -> Result<Vec<GeneralName>, String> {
    let mut names = extension::<SubjectAltName>(certificate)?
        .map(|names| names.0)
        .unwrap_or_default();
    let subject = &certificate.tbs_certificate.subject;
    if subject.0.is_empty() {
        return Ok(names);
    }
    for attribute in subject.0.iter().flat_map(|part| part.0.iter()) {
        if attribute.oid == EMAIL_ADDRESS {
            let address = attribute.value.decode_as::<der::asn1::Ia5String>();
            let address = address.map_err(|error| format!("its subject's e-mail address does not decode: {error}"))?;
            names.push(GeneralName::Rfc822Name(address));
        }
    }
    names.push(GeneralName::DirectoryName(subject.clone()));
    Ok(names)
}

/// "Any name matching a restriction in the excludedSubtrees field is invalid regardless of information appearing in the
/// permittedSubtrees." A kind of name that no subtree is of is not restricted.
fn allowed(name: &GeneralName, permitted: &[GeneralSubtree], excluded: &[GeneralSubtree]) -> bool {
    let of_kind = |tree: &&GeneralSubtree| std::mem::discriminant(&tree.base) == std::mem::discriminant(name);
    let mut permitting = permitted.iter().filter(of_kind).peekable();
    let refused = excluded
        .iter()
        .filter(of_kind)
        .any(|tree| lies_in(name, &tree.base) != Some(false));
    !refused && (permitting.peek().is_none() || permitting.any(|tree| lies_in(name, &tree.base) == Some(true)))
}

/// None where nobody can say: then it is refused either way.
fn lies_in(name: &GeneralName, base: &GeneralName) -> Option<bool> {
    match (name, base) {
        (GeneralName::Rfc822Name(name), GeneralName::Rfc822Name(base)) => mail_in(name.as_str(), base.as_str()),
        (GeneralName::UniformResourceIdentifier(name), GeneralName::UniformResourceIdentifier(base)) => {
            Some(host_in(host(name.as_str())?, base.as_str()))
        }
        (GeneralName::DirectoryName(name), GeneralName::DirectoryName(base)) => Some(begins_with(name, base)),
        _ => None,
    }
}

/// One mailbox, all of one host, or all below a domain (`.example.com`).
fn mail_in(address: &str, base: &str) -> Option<bool> {
    let (local, host) = address.rsplit_once('@')?;
    match base.rsplit_once('@') {
        Some((mailbox, of)) => Some(local == mailbox && host.eq_ignore_ascii_case(of)),
        None => Some(host_in(host, base)),
    }
}

fn host_in(host: &str, base: &str) -> bool {
    let (host, base) = (host.to_ascii_lowercase(), base.to_ascii_lowercase());
    if base.starts_with('.') {
        host.ends_with(&base)
    } else {
        host == base
    }
}

fn host(uri: &str) -> Option<&str> {
    let rest = uri.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    (!host.is_empty() && !host.starts_with('[')).then_some(host)
}

fn begins_with(name: &Name, base: &Name) -> bool {
    name.0.len() >= base.0.len() && name.0.iter().zip(&base.0).all(|(one, other)| one == other)
}
