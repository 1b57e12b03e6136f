//! Identifiers that stay the same from run to run: UUIDs of version 8, made of SHA-256.
//! <https://www.rfc-editor.org/rfc/rfc9562#section-5.8>

use sha2::{Digest, Sha256};

/// Each part with its length, so that no two lists give the same bytes.
pub fn of<P: AsRef<str>>(parts: &[P]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.as_ref().len() as u64).to_be_bytes());
        hasher.update(part.as_ref().as_bytes());
    }
    let mut bytes: [u8; 32] = hasher.finalize().into();
    bytes[6] = 0x80 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    let hex: String = bytes[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_parts_make_another() {
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        for other in [&["ab", ""][..], &["a", "b", ""], &["b", "a"]] {
            assert_ne!(of(other), of(&["a", "b"]));
        }
        let made = of(&["a"]);
        let groups: Vec<usize> = made.split('-').map(str::len).collect();
        assert_eq!((groups, &made[14..15]), (vec![8, 4, 4, 4, 12], "8"));
        assert!("89ab".contains(&made[19..20]));
    }
}
