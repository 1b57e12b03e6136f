//! Names of files: made of a short type and digits of a digest, never of what a stranger wrote.

use std::path::{Path, PathBuf};

use crate::wit::extraction::{Content, File, Item, Standing};

/// Of the index of a directory.
pub const INDEX: &str = "index.json";

/// Digits of a digest: enough to tell documents apart, and what `list` shows.
const DIGITS: usize = 12;

/// `slsa-6d15e436bbd0`, and `.unverified` where nobody proved it. The digest is of the bundle or envelope.
pub fn stem(item: &Item) -> String {
    let harmless = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
    let short: String = item.evidence.short_type.chars().take(40).map(harmless).collect();
    let hex = item.evidence.digest.split_once(':').map_or("", |(_, hex)| hex);
    let digits: String = hex.chars().filter(char::is_ascii_hexdigit).take(DIGITS).collect();
    let mark = match item.standing {
        Standing::Verified(_) => "",
        Standing::Unverified(_) => ".unverified",
    };
    format!("{short}-{digits}{mark}")
}

/// By what it is; a document that is no JSON is text.
pub(super) fn extension(file: &File) -> &'static str {
    let begins = file.bytes.trim_ascii_start().first();
    match file.content {
        Content::Trivyignore => "trivyignore",
        Content::Signature => "sig",
        Content::Certificate => "crt",
        Content::Chain => "chain.crt",
        Content::Bundle => "bundle.json",
        Content::Statement | Content::Predicate | Content::Raw | Content::Report => match begins {
            Some(b'{' | b'[') => "json",
            _ => "txt",
        },
    }
}

/// A path that the user named: `report.json` becomes `report.unverified.json` where nobody proved what is in it.
pub fn marked(path: &Path, standing: &Standing) -> PathBuf {
    if let Standing::Verified(_) = standing {
        return path.to_owned();
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some(extension) => path.with_extension(format!("unverified.{extension}")),
        None => path.with_extension("unverified"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wit::basics::ResultClass;
    use crate::wit::evidence::Rejection;

    #[test]
    fn unproven_files_say_so() {
        let rejection = Rejection {
            class: ResultClass::Unsigned,
            reason: String::new(),
            expected: None,
            found: None,
            hint: None,
        };
        let of = |path: &str| marked(Path::new(path), &Standing::Unverified(rejection.clone()));
        assert_eq!(of("a/report.json"), Path::new("a/report.unverified.json"));
        assert_eq!(of("report"), Path::new("report.unverified"));
    }
}
