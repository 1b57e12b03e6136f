//! Which addresses a request may reach. A registry decides where its redirects and token realms point to: they must not
//! become a way to services that only this machine can see, such as a cloud's metadata at 169.254.169.254.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::url::Url;

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

/// Looks names up and refuses addresses out of reach: what is checked is what is connected to.
#[derive(Debug)]
pub(super) struct Fence {
    pub(super) reach: Reach,
    /// its own address is no target of anybody
    pub(super) proxy: Option<String>,
    pub(super) resolver: DefaultResolver,
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
            None => Ok(addresses),
        }
    }
}

/// The zone of the registry itself; public where its name cannot be looked up here, behind a proxy say.
pub(super) fn zone_of(registry: &Url) -> Zone {
    let found = (registry.host().as_str(), registry.port()).to_socket_addrs();
    found
        .ok()
        .and_then(|mut addresses| addresses.next())
        .map_or(Zone::Public, |socket| zone(socket.ip()))
}

fn zone(address: IpAddr) -> Zone {
    match address {
        IpAddr::V4(address) => zone_v4(address),
        IpAddr::V6(address) => address.to_ipv4_mapped().map_or_else(|| zone_v6(address), zone_v4),
    }
}

/// [RFC 6890](https://www.rfc-editor.org/rfc/rfc6890), and 100.64.0.0/10 of RFC 6598, where some clouds keep their
/// metadata.
fn zone_v4(address: Ipv4Addr) -> Zone {
    let octets = address.octets();
    if address.is_loopback() || octets[0] == 0 {
        Zone::Loopback
    } else if address.is_link_local() {
        Zone::LinkLocal
    } else if address.is_private()
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
    } else if address.is_unique_local() || address.is_multicast() {
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
}
