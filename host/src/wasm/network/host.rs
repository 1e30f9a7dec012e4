//! Hosts as grants and guests name them, and the addresses that no name may lead to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Whom a guest may reach, or wants to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// In lower case, without a dot at its end.
    Name(String),
    /// All names below this one.
    Subdomains(String),
    /// An address, or a range of them.
    Addresses(IpNet),
}

impl Host {
    /// A name or an address as URLs have them: `0x7f.1` is 127.0.0.1. None for what is neither.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // Characters that are encoded would read differently elsewhere.
        if text.contains('%') {
            return None;
        }
        let inner = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        if let Ok(address) = inner.unwrap_or(text).parse::<Ipv6Addr>() {
            return Some(IpAddr::V6(address).into());
        }
        match url::Host::parse(text).ok()? {
            url::Host::Ipv4(address) => Some(IpAddr::V4(address).into()),
            url::Host::Ipv6(address) => Some(IpAddr::V6(address).into()),
            url::Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(&name);
                // Refusals repeat it as part of a command.
                let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
                let is_name = !name.is_empty() && name.chars().all(is_plain);
                is_name.then(|| Self::Name(name.to_owned()))
            }
        }
    }

    pub(super) fn covers(&self, asked: &Self) -> bool {
        match (self, asked) {
            (Self::Subdomains(above), Self::Name(name)) => is_below(name, above),
            (Self::Subdomains(above), Self::Subdomains(name)) => {
                name == above || is_below(name, above)
            }
            (Self::Addresses(range), Self::Addresses(asked)) => range.contains(asked),
            (granted, asked) => granted == asked,
        }
    }

    /// Whether the address itself is granted. A range names special addresses where it holds
    /// nothing else: `0.0.0.0/0` is about the world, not about this machine.
    pub(super) fn names(&self, address: IpAddr) -> bool {
        let Self::Addresses(range) = self else {
            return false;
        };
        let is_about_special = || {
            let ends = [range.network(), range.broadcast()];
            range.prefix_len() >= 8 && ends.into_iter().all(is_special)
        };
        range.contains(&address) && (!is_special(address) || is_about_special())
    }

    /// Before a port.
    pub(super) fn bracketed(&self) -> String {
        match self {
            Self::Addresses(IpNet::V6(_)) => format!("[{self}]"),
            _ => self.to_string(),
        }
    }
}

fn is_below(name: &str, above: &str) -> bool {
    let rest = name.strip_suffix(above);
    rest.is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        Self::Addresses(address.to_canonical().into())
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Subdomains(above) => write!(f, "*.{above}"),
            Self::Addresses(range) if range.prefix_len() == range.max_prefix_len() => {
                write!(f, "{}", range.addr())
            }
            Self::Addresses(range) => write!(f, "{range}"),
        }
    }
}

/// Whether the name may lead to the address.
pub(super) fn may_lead(name: &str, address: IpAddr) -> bool {
    let is_local = name == "localhost" || name.ends_with(".localhost");
    !is_special(address) || is_local && address.is_loopback()
}

/// Whether the address is of this machine, its link, or nobody in particular, also where it hides
/// in one of IPv6.
fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.octets()[0] == 0
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_broadcast()
        }
        IpAddr::V6(address) => match embedded(address) {
            Some(address) => is_special(address.into()),
            None => address.is_multicast() || address.is_unicast_link_local(),
        },
    }
}

/// The IPv4 address in one that is mapped, compatible (which covers `::` and `::1`: they are
/// 0.0.0.0 and 0.0.0.1), for NAT64, or for 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let (high, low) = match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => (high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => (high, low),
        [0x2002, high, low, ..] => (high, low),
        _ => return None,
    };
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    Some(Ipv4Addr::new(a, b, c, d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_what_urls_take_it_for() {
        for (text, host) in [
            ("Example.ORG.", "example.org"),
            ("2130706433", "127.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("0177.0.0.1", "127.0.0.1"),
            ("127.1", "127.0.0.1"),
            ("::ffff:127.0.0.1", "127.0.0.1"),
            ("[::1]", "::1"),
            ("bücher.example", "xn--bcher-kva.example"),
        ] {
            let parsed = Host::parse(text).map(|host| host.to_string());
            assert_eq!(parsed.as_deref(), Some(host), "{text}");
        }
        for text in [
            "",
            ".",
            "a b",
            "$(reboot)",
            "`reboot`",
            "a;b",
            "*",
            "a/b",
            "fe80::1%eth0",
            "%6c",
        ] {
            assert_eq!(Host::parse(text), None, "{text}");
        }
    }

    #[test]
    fn names_lead_neither_home_nor_to_the_link() {
        for special in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::169.254.169.254",
            "2002:7f00:1::",
        ] {
            let address = special.parse().expect("an address");
            assert!(!may_lead("example.org", address), "{special}");
            assert!(!may_lead("notlocalhost", address), "{special}");
        }
        for plain in ["192.0.2.1", "10.0.0.1", "2001:db8::1", "64:ff9b::8.8.8.8"] {
            assert!(may_lead("example.org", plain.parse().expect("an address")));
        }
        for name in ["localhost", "db.localhost"] {
            for loopback in ["127.0.0.1", "::1"] {
                assert!(may_lead(name, loopback.parse().expect("an address")));
            }
            assert!(!may_lead(name, "0.0.0.0".parse().expect("an address")));
        }
    }

    #[test]
    fn a_wide_range_names_no_special_address() {
        let names = |range: &str, address: &str| {
            let range = Host::Addresses(range.parse().expect("a range"));
            range.names(address.parse().expect("an address"))
        };
        assert!(names("0.0.0.0/0", "192.0.2.1"));
        assert!(!names("0.0.0.0/0", "127.0.0.1"));
        assert!(!names("::/0", "64:ff9b::7f00:1"));
        assert!(!names("::/0", "::1"));
        assert!(!names("10.0.0.0/8", "11.0.0.1"));
        assert!(names("127.0.0.0/8", "127.0.0.1"));
        assert!(names("127.0.0.1/32", "127.0.0.1"));
        assert!(names("fe80::/10", "fe80::1"));
    }
}
