//! Certificate extensions and what stands in them (RFC 5280 4.2).

use crate::der;

/// The arc of Fulcio's extensions.
pub(crate) const FULCIO: &str = "1.3.6.1.4.1.57264.1";

/// A subject alternative name.
#[derive(Clone, Debug)]
pub enum San {
    Uri(String),
    Email(String),
    Dns(String),
    /// Fulcio's otherName `.1.7` for user names.
    Username(String),
}

impl San {
    pub(crate) fn der(&self) -> Vec<u8> {
        match self {
            San::Email(text) => der::context_primitive(1, text.as_bytes()),
            San::Dns(text) => der::context_primitive(2, text.as_bytes()),
            San::Uri(text) => der::context_primitive(6, text.as_bytes()),
            San::Username(text) => {
                let value = der::context(0, &der::utf8(text));
                der::context(0, &der::concat([der::oid(&format!("{FULCIO}.7")), value]))
            }
        }
    }
}

#[derive(Clone)]
pub(crate) struct Extension {
    pub(crate) oid: String,
    pub(crate) critical: bool,
    pub(crate) value: Vec<u8>,
}

impl Extension {
    pub(crate) fn der(&self) -> Vec<u8> {
        let critical = if self.critical { der::boolean_true() } else { Vec::new() };
        der::sequence([der::oid(&self.oid), critical, der::octets(&self.value)])
    }
}

/// The extension with the SCT list (RFC 6962 3.3).
pub(crate) fn sct_extension(list: &[u8]) -> Extension {
    Extension {
        oid: "1.3.6.1.4.1.11129.2.4.2".to_owned(),
        critical: false,
        value: der::octets(list),
    }
}
