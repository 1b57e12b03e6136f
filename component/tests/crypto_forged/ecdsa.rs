//! ECDSA, where the digest may be chosen: for any point Q and any u1, u2, with R = u1 G + u2 Q and r = R.x, the pair
//! (r, r / u2) is a signature of the digest u1 r / u2 under Q.

use p256::elliptic_curve::{Field, Group, ops::Reduce, point::AffineCoordinates};
use rsa::BigUint;
use sigstore_crypto::SigningScheme as S;

use super::{integer, tlv};

pub struct Forged {
    pub name: String,
    pub scheme: S,
    pub key: Vec<u8>,
    pub digest: Vec<u8>,
    pub signature: Vec<u8>,
    /// What both providers must say.
    pub accepted: bool,
}

struct Parts {
    scheme: S,
    key: Vec<u8>,
    digest: Vec<u8>,
    r: Vec<u8>,
    s: Vec<u8>,
    order: BigUint,
    prime: BigUint,
}

/// SEC 2 section 2.4.2 and 2.5.1: the orders n and the primes p.
const P256_ORDER: &[u8] = b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const P256_PRIME: &[u8] = b"ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
const P384_ORDER: &[u8] =
    b"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973";
const P384_PRIME: &[u8] =
    b"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff";

macro_rules! forge {
    ($curve:ident, $scheme:expr, $order:expr, $prime:expr, $u1:expr) => {{
        use $curve::{ProjectivePoint, Scalar, ecdsa::VerifyingKey};
        let width = $order.len() / 2;
        // The first x on the curve: so small that x + p still fits the encoding.
        let key = (1u8..)
            .find_map(|x| {
                let mut compressed = vec![0; width + 1];
                (compressed[0], compressed[width]) = (2, x);
                VerifyingKey::from_sec1_bytes(&compressed).ok()
            })
            .unwrap();
        let (u1, u2) = (Scalar::from($u1 as u64), Scalar::from(5u64));
        let q = ProjectivePoint::from(*key.as_affine());
        let point = (ProjectivePoint::GENERATOR * u1 + q * u2).to_affine();
        let r = <Scalar as Reduce<_>>::reduce(&point.x());
        let s = r * u2.invert().unwrap();
        Parts {
            scheme: $scheme,
            key: key.to_sec1_point(false).as_bytes().to_vec(),
            digest: (u1 * s).to_bytes().to_vec(),
            r: r.to_bytes().to_vec(),
            s: s.to_bytes().to_vec(),
            order: BigUint::parse_bytes($order, 16).unwrap(),
            prime: BigUint::parse_bytes($prime, 16).unwrap(),
        }
    }};
}

/// Magnitudes, taken with both signs, at the borders of windows and words of a scalar multiplication.
const EDGES: [u64; 9] = [0, 1, 2, 15, 16, 17, 1 << 32, 1 << 63, u64::MAX];

macro_rules! edge_scalars {
    ($curve:ident, $scheme:expr) => {{
        use $curve::{ProjectivePoint, Scalar, ecdsa::VerifyingKey};
        let g = ProjectivePoint::GENERATOR;
        let edges: Vec<Scalar> = EDGES
            .iter()
            .flat_map(|edge| [Scalar::from(*edge), -Scalar::from(*edge)])
            .collect();
        let mut forged = vec![];
        // Under these keys the sums meet in one point, in opposite points, and in none of both.
        for q in [g, -g, g.double(), g * Scalar::from(0x1234_5678_9abc_def1u64)] {
            let key = VerifyingKey::from_affine(q.to_affine()).unwrap();
            for (u1, u2) in edges.iter().flat_map(|u1| edges.iter().map(move |u2| (*u1, *u2))) {
                let point = g * u1 + q * u2;
                // No signature has u2 = 0 or R at infinity.
                if bool::from(u2.is_zero()) || point == ProjectivePoint::IDENTITY {
                    continue;
                }
                let r = <Scalar as Reduce<_>>::reduce(&point.to_affine().x());
                let s = r * u2.invert().unwrap();
                let content = [integer(&r.to_bytes()), integer(&s.to_bytes())].concat();
                forged.push(Forged {
                    name: format!("{} u1 {u1:?} u2 {u2:?}", $scheme.name()),
                    scheme: $scheme,
                    key: key.to_sec1_point(false).as_bytes().to_vec(),
                    digest: (u1 * s).to_bytes().to_vec(),
                    signature: tlv(0x30, &content),
                    accepted: true,
                });
            }
        }
        forged
    }};
}

/// Good signatures whose u1 and u2 are hard on the arithmetic.
pub fn edge_scalars() -> Vec<Forged> {
    let mut forged = edge_scalars!(p256, S::EcdsaP256Sha256);
    forged.extend(edge_scalars!(p384, S::EcdsaP384Sha384));
    forged
}

pub fn all() -> Vec<Forged> {
    let mut forged = Vec::new();
    // With u1 = 0 the digest is zero, and the generator takes no part.
    for u1 in [3u8, 0] {
        forged.extend(forge!(p256, S::EcdsaP256Sha256, P256_ORDER, P256_PRIME, u1).variants());
        forged.extend(forge!(p384, S::EcdsaP384Sha384, P384_ORDER, P384_PRIME, u1).variants());
    }
    forged
}

impl Parts {
    fn variants(&self) -> Vec<Forged> {
        let mut variants = self.encodings();
        let (r, s) = (number(&self.r), number(&self.s));
        let zero = BigUint::from(0u8);
        for (name, r, s, accepted) in [
            ("plain", r.clone(), s.clone(), true),
            ("twin n - s", r.clone(), &self.order - &s, true),
            ("n - r", &self.order - &r, s.clone(), false),
            ("r and s swapped", s.clone(), r.clone(), false),
            ("r = 0", zero.clone(), s.clone(), false),
            ("s = 0", r.clone(), zero.clone(), false),
            ("both 0", zero.clone(), zero, false),
            ("r = n", self.order.clone(), s.clone(), false),
            ("s = n", r.clone(), self.order.clone(), false),
            ("r + n", &r + &self.order, s.clone(), false),
            ("s + n", r.clone(), &s + &self.order, false),
            ("s + 2^400", r.clone(), &s + (BigUint::from(1u8) << 400), false),
        ] {
            let content = [integer(&r.to_bytes_be()), integer(&s.to_bytes_be())].concat();
            variants.push(self.forged(name, self.key.clone(), tlv(0x30, &content), accepted));
        }
        let good = self.signature();
        for (name, key) in self.keys() {
            variants.push(self.forged(name, key, good.clone(), false));
        }
        variants
    }

    /// One value, other bytes: BER that DER forbids, and what is not even BER.
    fn encodings(&self) -> Vec<Forged> {
        let (r, s) = (integer(&self.r), integer(&self.s));
        let both = [r.clone(), s.clone()].concat();
        let padded = |value: &[u8]| tlv(0x02, &[&[0], &value[2..]].concat());
        let long_form = |value: &[u8]| [&[value[0], 0x81], &value[1..]].concat();
        let bytes = self.signature();
        [
            ("leading zero in r", tlv(0x30, &[padded(&r), s.clone()].concat())),
            ("leading zero in s", tlv(0x30, &[r.clone(), padded(&s)].concat())),
            (
                "negative r",
                tlv(0x30, &[tlv(0x02, &negative(&self.r)), s.clone()].concat()),
            ),
            (
                "negative s",
                tlv(0x30, &[r.clone(), tlv(0x02, &negative(&self.s))].concat()),
            ),
            ("empty r", tlv(0x30, &[tlv(0x02, &[]), s.clone()].concat())),
            ("empty s", tlv(0x30, &[r.clone(), tlv(0x02, &[])].concat())),
            ("long length", long_form(&bytes)),
            ("longer length", [&[0x30, 0x82, 0], &bytes[1..]].concat()),
            ("long length of r", tlv(0x30, &[long_form(&r), s.clone()].concat())),
            ("long length of s", tlv(0x30, &[r.clone(), long_form(&s)].concat())),
            ("indefinite length", [&[0x30, 0x80], &both[..], &[0, 0]].concat()),
            ("trailing byte", [&bytes[..], &[0]].concat()),
            ("trailing byte inside", tlv(0x30, &[&both[..], &[0]].concat())),
            ("third integer", tlv(0x30, &[&both[..], &[2, 1, 1]].concat())),
            ("only r", tlv(0x30, &r)),
            ("no content", vec![0x30, 0]),
            ("a SET", tlv(0x31, &both)),
            ("a primitive SEQUENCE", tlv(0x10, &both)),
            (
                "r as OCTET STRING",
                tlv(0x30, &[tlv(0x04, &r[2..]), s.clone()].concat()),
            ),
            ("s as BIT STRING", tlv(0x30, &[r.clone(), tlv(0x03, &s[2..])].concat())),
            ("no SEQUENCE", both),
            ("P1363", [&self.r[..], &self.s[..]].concat()),
        ]
        .map(|(name, signature)| self.forged(name, self.key.clone(), signature, false))
        .into()
    }

    /// Encodings that are no key, or not the only one for their point.
    fn keys(&self) -> Vec<(&'static str, Vec<u8>)> {
        let (x, y) = self.key[1..].split_at(self.r.len());
        let above = (number(x) + &self.prime).to_bytes_be();
        let mut off_curve = self.key.clone();
        off_curve[1] ^= 1;
        vec![
            ("key with x + p", [&[4], &above[..], y].concat()),
            ("key off the curve", off_curve),
            ("key at infinity", vec![0]),
            ("key (0, 0)", [&[4][..], &vec![0; 2 * x.len()]].concat()),
            ("key with a trailing byte", [&self.key[..], &[0]].concat()),
            ("key without its tag", self.key[1..].to_vec()),
            ("key of tag 5, compact", [&[5], x].concat()),
            ("key of all ones", [&[4][..], &vec![0xff; 2 * x.len()]].concat()),
            ("no key", vec![]),
        ]
    }

    /// Encodings of the same point that aws-lc may take: (name, key).
    fn other_points(&self) -> Vec<(&'static str, Vec<u8>)> {
        let (x, y) = self.key[1..].split_at(self.r.len());
        let parity = y[y.len() - 1] & 1;
        vec![
            ("compressed key", [&[2 | parity], x].concat()),
            ("hybrid key", [&[6 | parity], x, y].concat()),
        ]
    }

    fn signature(&self) -> Vec<u8> {
        tlv(0x30, &[integer(&self.r), integer(&self.s)].concat())
    }

    fn forged(&self, name: &str, key: Vec<u8>, signature: Vec<u8>, accepted: bool) -> Forged {
        Forged {
            name: format!("{} {name}", self.scheme.name()),
            scheme: self.scheme,
            key,
            digest: self.digest.clone(),
            signature,
            accepted,
        }
    }
}

/// Good signatures under a key whose encoding is another than `04 || X || Y`.
pub fn other_point_encodings() -> Vec<(&'static str, Forged)> {
    let mut cases = Vec::new();
    for parts in [
        forge!(p256, S::EcdsaP256Sha256, P256_ORDER, P256_PRIME, 3u8),
        forge!(p384, S::EcdsaP384Sha384, P384_ORDER, P384_PRIME, 3u8),
    ] {
        for (name, key) in parts.other_points() {
            cases.push((name, parts.forged(name, key, parts.signature(), false)));
        }
    }
    cases
}

fn number(big_endian: &[u8]) -> BigUint {
    BigUint::from_bytes_be(big_endian)
}

/// Two's complement of the value, one byte longer when needed.
fn negative(value: &[u8]) -> Vec<u8> {
    let modulus = BigUint::from(1u8) << (8 * (value.len() + 1));
    (modulus - number(value)).to_bytes_be()
}
