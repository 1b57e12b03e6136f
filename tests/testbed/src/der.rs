//! A DER writer: enough of ITU-T X.690 to write certificates and time-stamp tokens, right and wrong ones.
//!
//! Written by hand because a certificate type from a crate refuses what the negative tests need: a duplicated
//! extension, a claim that is not DER, an empty issuer.

/// One element: `tag`, length, `content`.
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        length @ 0..=0x7f => out.push(length as u8),
        length => {
            let bytes = length.to_be_bytes();
            let significant = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap()..];
            out.push(0x80 | significant.len() as u8);
            out.extend_from_slice(significant);
        }
    }
    out.extend_from_slice(content);
    out
}

pub fn sequence<Part: AsRef<[u8]>>(parts: impl IntoIterator<Item = Part>) -> Vec<u8> {
    element(0x30, &concat(parts))
}

/// A SET OF: DER sorts its elements by their encoding.
pub fn set(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    element(0x31, &concat(parts))
}

/// A constructed context tag `[number]`, explicit or the IMPLICIT form of a SEQUENCE or SET.
pub fn context(number: u8, content: &[u8]) -> Vec<u8> {
    element(0xa0 | number, content)
}

/// A primitive context tag `[number]`, the IMPLICIT form of a string.
pub fn context_primitive(number: u8, content: &[u8]) -> Vec<u8> {
    element(0x80 | number, content)
}

pub fn boolean_true() -> Vec<u8> {
    element(0x01, &[0xff])
}

pub fn integer(value: u64) -> Vec<u8> {
    unsigned(&value.to_be_bytes())
}

/// An INTEGER from big-endian bytes, taken as not negative.
pub fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
    let mut content = bytes[start..].to_vec();
    if content[0] & 0x80 != 0 {
        content.insert(0, 0);
    }
    element(0x02, &content)
}

pub fn null() -> Vec<u8> {
    element(0x05, &[])
}

pub fn octets(content: &[u8]) -> Vec<u8> {
    element(0x04, content)
}

pub fn utf8(text: &str) -> Vec<u8> {
    element(0x0c, text.as_bytes())
}

/// A BIT STRING without unused bits.
pub fn bits(content: &[u8]) -> Vec<u8> {
    element(0x03, &concat([&[0], content]))
}

/// A BIT STRING of named bits (X.690 11.2.2: trailing zero bits are left out).
pub fn named_bits(set_bits: &[u8]) -> Vec<u8> {
    let Some(last) = set_bits.iter().max() else {
        return element(0x03, &[0]);
    };
    let mut bytes = vec![0_u8; usize::from(last / 8) + 1];
    for bit in set_bits {
        bytes[usize::from(bit / 8)] |= 0x80 >> (bit % 8);
    }
    element(0x03, &concat([vec![7 - last % 8], bytes]))
}

pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut content = base128(arcs[0] * 40 + arcs[1]);
    arcs[2..].iter().for_each(|arc| content.extend(base128(*arc)));
    element(0x06, &content)
}

fn base128(mut value: u64) -> Vec<u8> {
    let mut bytes = vec![(value & 0x7f) as u8];
    while value > 0x7f {
        value >>= 7;
        bytes.insert(0, 0x80 | (value & 0x7f) as u8);
    }
    bytes
}

/// A certificate's time (RFC 5280 4.1.2.5): UTCTime through 2049, GeneralizedTime after.
pub fn time(seconds: i64) -> Vec<u8> {
    let date = crate::clock::date(seconds);
    if (1950..2050).contains(&date.year) {
        element(0x17, &date.compact().as_bytes()[2..])
    } else {
        generalized_time(seconds)
    }
}

pub fn generalized_time(seconds: i64) -> Vec<u8> {
    element(0x18, crate::clock::date(seconds).compact().as_bytes())
}

pub fn concat<Part: AsRef<[u8]>>(parts: impl IntoIterator<Item = Part>) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        out.extend_from_slice(part.as_ref());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_x690_says() {
        assert_eq!(oid("1.2.840.10045.2.1"), [6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]);
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(128), [2, 2, 0, 128]);
        assert_eq!(named_bits(&[0]), [3, 2, 7, 0x80]);
        assert_eq!(named_bits(&[5, 6]), [3, 2, 1, 0x06]);
        assert_eq!(element(4, &[0; 300])[..4], [4, 0x82, 1, 44]);
        assert_eq!(time(1_767_268_800), b"\x17\x0d260101120000Z");
    }
}
