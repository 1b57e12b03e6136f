//! A certificate by its issuer and its subject, either of which it may lack where the policy says so.

use super::{Certificate, Identity, Mismatch, Subject, Wanted, keyless, mismatch};

impl Certificate {
    pub(crate) fn recognises(&self, identity: &Identity) -> Result<(), Mismatch> {
        match &self.issuer {
            Wanted::Text(wanted) => keyless::issuer(wanted, identity)?,
            Wanted::Absent => absent("issuer", 0, identity.issuer.as_deref())?,
        }
        match &self.identity {
            Wanted::Text(wanted) => keyless::subject(wanted, identity),
            Wanted::Absent if identity.subject == Subject::Absent => Ok(()),
            Wanted::Absent => absent("identity", 1, Some(identity.subject.as_str())),
        }
    }

    /// Any certificate of the trusted root's authorities may be it.
    pub fn is_of_the_root(&self) -> bool {
        self.leaf.is_none() && self.chain.is_none()
    }
}

/// `none` says that the certificate has none, so that nobody with a name passes for it.
fn absent(field: &'static str, held: usize, found: Option<&str>) -> Result<(), Mismatch> {
    let Some(found) = found else { return Ok(()) };
    let near = mismatch(held, field, "none".to_owned(), Some(found));
    let hint = Some(format!("the certificate has one: give it as `{field}`"));
    Err(Mismatch { hint, ..near })
}
