//! Name constraints of the authorities above a signer's certificate (RFC 5280 4.2.1.10). `sigstore-verify` reads those of the
//! issuing authority alone, and knows no e-mail addresses and no URIs.

use const_oid::ObjectIdentifier;
use der::asn1::{Any, Ia5StringRef, PrintableStringRef, Utf8StringRef};
use x509_cert::Certificate;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::pkix::constraints::name::GeneralSubtree;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{NameConstraints, SubjectAltName};
use x509_cert::name::{Name, RelativeDistinguishedName};

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
            host_in(host(name.as_str())?, base.as_str())
        }
        (GeneralName::DirectoryName(name), GeneralName::DirectoryName(base)) => begins_with(name, base),
        _ => None,
    }
}

/// One mailbox, all of one host, or all below a domain (`.example.com`).
fn mail_in(address: &str, base: &str) -> Option<bool> {
    let (local, host) = address.rsplit_once('@')?;
    match base.rsplit_once('@') {
        Some((mailbox, of)) => Some(local == mailbox && host.eq_ignore_ascii_case(of)),
        None => host_in(host, base),
    }
}

/// An empty base means all of them to some and none to others.
fn host_in(host: &str, base: &str) -> Option<bool> {
    let (host, base) = (host.to_ascii_lowercase(), base.to_ascii_lowercase());
    match base.as_str() {
        "" => None,
        base if base.starts_with('.') => Some(host.ends_with(base)),
        base => Some(host == base),
    }
}

fn host(uri: &str) -> Option<&str> {
    let rest = uri.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    (!host.is_empty() && !host.starts_with('[')).then_some(host)
}

/// RFC 5280 7.1: text is compared whatever its encoding, case and blanks.
fn begins_with(name: &Name, base: &Name) -> Option<bool> {
    if name.0.len() < base.0.len() {
        return Some(false);
    }
    let parts = name.0.iter().zip(&base.0).map(|(one, other)| same_part(one, other));
    parts.fold(Some(true), and)
}

fn same_part(one: &RelativeDistinguishedName, other: &RelativeDistinguishedName) -> Option<bool> {
    if one.0.len() != other.0.len() {
        return Some(false);
    }
    let attributes = one.0.iter().zip(other.0.iter());
    attributes
        .map(|(one, other)| same_attribute(one, other))
        .fold(Some(true), and)
}

fn same_attribute(one: &AttributeTypeAndValue, other: &AttributeTypeAndValue) -> Option<bool> {
    if one.oid != other.oid {
        return Some(false);
    }
    if one.value == other.value {
        return Some(true);
    }
    Some(text(&one.value)? == text(&other.value)?)
}

/// In one spelling; none for an encoding that is not read.
fn text(value: &Any) -> Option<String> {
    let utf8 = value
        .decode_as::<Utf8StringRef<'_>>()
        .map(|text| text.as_str().to_owned());
    let printable = || {
        value
            .decode_as::<PrintableStringRef<'_>>()
            .map(|text| text.as_str().to_owned())
    };
    let ascii = || {
        value
            .decode_as::<Ia5StringRef<'_>>()
            .map(|text| text.as_str().to_owned())
    };
    let found = utf8.or_else(|_| printable()).or_else(|_| ascii()).ok()?;
    Some(found.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
}

/// Where one is certainly not so, both are not; else, where one cannot be said, both cannot.
fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (None, _) | (_, None) => None,
        (Some(true), Some(true)) => Some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(name: &str, base: &str) -> Option<bool> {
        begins_with(&name.parse().unwrap(), &base.parse().unwrap())
    }

    #[test]
    fn directory_names_are_compared_whatever_their_spelling() {
        assert_eq!(begins("CN=api,O=Acme  Corp", "O=ACME corp"), Some(true));
        assert_eq!(begins("CN=api,O=Evil", "O=Acme"), Some(false));
        assert_eq!(begins("O=Acme", "CN=api,O=Acme"), Some(false));
    }

    #[test]
    fn an_empty_base_says_nothing_certain() {
        assert_eq!(mail_in("a@b.example", ""), None);
        assert_eq!(mail_in("a@b.example", ".example"), Some(true));
    }
}
