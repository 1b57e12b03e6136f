//! Which addresses a request may reach. A registry decides where its redirects and token realms point to: they must not
//! become a way to services that only this machine can see, such as a cloud's metadata at 169.254.169.254.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::url::{self, Url};

/// Who can see an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Zone {
    Public,
    Private,
    LinkLocal,
    Loopback,
}

/// Where the request of one kind may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// the registry that the user named
    Registry,
    /// a registry on loopback: `localhost` must be just that
    Loopback,
    /// another host that a registry in this zone names
    From(Zone),
}

/// Where hosts were found to be, by their names: what a registry answers later to another question about its name changes
/// nothing, since the most public of its addresses counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(Arc<Mutex<BTreeMap<String, Zone>>>);

/// Looks names up and refuses addresses out of reach: what is checked is what is connected to.
#[derive(Debug)]
pub(super) struct Fence {
    pub(super) reach: Reach,
    /// its own address is no target of anybody
    pub(super) proxy: Option<String>,
    pub(super) resolver: DefaultResolver,
    pub(super) seen: Seen,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{host}` is at {address}, where a registry must not send us")]
pub(super) struct OutOfReach {
    host: String,
    address: IpAddr,
}

impl Reach {
    fn admits(self, zone: Zone) -> bool {
        match self {
            Self::Registry => true,
            Self::Loopback => zone == Zone::Loopback,
            Self::From(registry) => zone == Zone::Public || zone == registry,
        }
    }

    /// For addresses that are written out: a proxy would connect to them without asking the resolver.
    pub(super) fn check(self, url: &Url) -> Result<(), OutOfReach> {
        let host = url.host();
        match host.parse::<IpAddr>() {
            Ok(address) if !self.admits(zone(address)) => Err(OutOfReach { host, address }),
            _ if host == "localhost" && !self.admits(Zone::Loopback) => Err(OutOfReach {
                host,
                address: Ipv4Addr::LOCALHOST.into(),
            }),
            _ => Ok(()),
        }
    }
}

impl Resolver for Fence {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses = self.resolver.resolve(uri, config, timeout)?;
        let host = uri.host().unwrap_or_default();
        if self.proxy.as_deref() == Some(host) {
            return Ok(addresses);
        }
        match addresses
            .iter()
            .map(|socket| socket.ip())
            .find(|address| !self.reach.admits(zone(*address)))
        {
            Some(address) => Err(ureq::Error::Other(Box::new(OutOfReach {
                host: host.to_owned(),
                address,
            }))),
            None => {
                self.seen.note(host, addresses.iter().map(|socket| zone(socket.ip())));
                Ok(addresses)
            }
        }
    }
}

impl Seen {
    fn note(&self, host: &str, zones: impl Iterator<Item = Zone>) {
        let Some(found) = zones.min() else { return };
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = seen.entry(url::plain_host(host)).or_insert(found);
        *known = found.min(*known);
    }

    /// The zone of a registry that was spoken to; public where its name was not looked up here, behind a proxy say.
    pub(super) fn zone_of(&self, registry: &Url) -> Zone {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&registry.host()).copied().unwrap_or(Zone::Public)
    }
}

fn zone(address: IpAddr) -> Zone {
    match address {
        IpAddr::V4(address) => zone_v4(address),
        IpAddr::V6(address) => carried(address).map_or_else(|| zone_v6(address), zone_v4),
    }
}

/// The address that is meant by one of IPv6 that carries it: mapped, [RFC 6052](https://www.rfc-editor.org/rfc/rfc6052)
/// (`64:ff9b::/96`), [RFC 3056](https://www.rfc-editor.org/rfc/rfc3056) (`2002::/16`).
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(of(high, low)),
        _ => address.to_ipv4_mapped(),
    }
}

/// [RFC 6890](https://www.rfc-editor.org/rfc/rfc6890), reserved ranges included, and 100.64.0.0/10 of RFC 6598, where some clouds keep their
/// metadata.
fn zone_v4(address: Ipv4Addr) -> Zone {
    let octets = address.octets();
    if address.is_loopback() || octets[0] == 0 {
        Zone::Loopback
    } else if address.is_link_local() {
        Zone::LinkLocal
    } else if address.is_private()
        || matches!(octets, [192, 0, 0, _] | [198, 18 | 19, _, _] | [240..=255, _, _, _])
        || (octets[0] == 100 && octets[1] & 0xc0 == 64)
        || address.is_multicast()
        || address.is_broadcast()
    {
        Zone::Private
    } else {
        Zone::Public
    }
}

fn zone_v6(address: Ipv6Addr) -> Zone {
    if address.is_loopback() || address.is_unspecified() {
        Zone::Loopback
    } else if address.is_unicast_link_local() {
        Zone::LinkLocal
    } else if address.is_unique_local() || address.is_multicast() || address.segments()[0] & 0xffc0 == 0xfec0 {
        Zone::Private
    } else {
        Zone::Public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_zones() {
        for (address, expected) in [
            ("127.0.0.53", Zone::Loopback),
            ("0.0.0.0", Zone::Loopback),
            ("::1", Zone::Loopback),
            ("::ffff:127.0.0.1", Zone::Loopback),
            ("169.254.169.254", Zone::LinkLocal),
            ("fe80::1", Zone::LinkLocal),
            ("64:ff9b::a9fe:a9fe", Zone::LinkLocal),
            ("2002:7f00:1::1", Zone::Loopback),
            ("198.18.0.1", Zone::Private),
            ("240.0.0.1", Zone::Private),
            ("fec0::1", Zone::Private),
            ("10.1.2.3", Zone::Private),
            ("100.100.100.200", Zone::Private),
            ("fd00:ec2::254", Zone::Private),
            ("140.82.121.34", Zone::Public),
            ("2606:50c0::1", Zone::Public),
        ] {
            assert_eq!(zone(address.parse().expect("an address")), expected, "{address}");
        }
    }

    #[test]
    fn a_public_registry_cannot_send_us_inside() {
        let check = |reach: Reach, url: &str| reach.check(&Url::parse(url).expect("a URL")).is_ok();
        assert!(!check(
            Reach::From(Zone::Public),
            "https://169.254.169.254/latest/meta-data"
        ));
        assert!(!check(Reach::From(Zone::Private), "https://[::1]/"));
        assert!(!check(Reach::From(Zone::Public), "https://localhost/"));
        assert!(check(Reach::From(Zone::Private), "https://10.0.0.7/"));
        assert!(check(Reach::From(Zone::Public), "https://storage.example/"));
    }

    /// A name server that answers once with a public address and once with one inside gains nothing.
    #[test]
    fn the_most_public_address_of_a_registry_counts() {
        let registry = Url::parse("https://Registry.example./").expect("a URL");
        let seen = Seen::default();
        assert_eq!(seen.zone_of(&registry), Zone::Public);
        seen.note("registry.example", [Zone::Private].into_iter());
        assert_eq!(seen.zone_of(&registry), Zone::Private);
        seen.note("REGISTRY.example", [Zone::Loopback, Zone::Public].into_iter());
        seen.note("registry.example", [Zone::Private].into_iter());
        assert_eq!(seen.zone_of(&registry), Zone::Public);
    }
}
