//! What the operator grants of the network, in the spelling of the command line.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use anyhow::{Context, Error, Result, bail, ensure};
use ipnet::IpNet;

use super::host::Host;

/// A host that guests may connect to: `HOST[:PORT]`, by its name, its address or a range of
/// addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkGrant {
    pub(super) host: Host,
    /// None for every port.
    pub(super) port: Option<u16>,
}

/// Requests that guests may send: `[METHOD[,METHOD]] [SCHEME://]HOST[:PORT]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpGrant {
    /// None of them for all methods.
    pub(super) methods: Vec<String>,
    pub(super) scheme: Scheme,
    pub(super) host: Host,
    pub(super) port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Http,
    Https,
}

impl NetworkGrant {
    /// Whether this allows all that the other one does.
    pub fn covers(&self, asked: &Self) -> bool {
        self.host.covers(&asked.host) && self.has_port(asked.port)
    }

    pub(super) fn has_port(&self, port: Option<u16>) -> bool {
        self.port.is_none() || self.port == port
    }
}

impl HttpGrant {
    /// Whether this allows all that the other one does.
    pub fn covers(&self, asked: &Self) -> bool {
        let all = self.methods.is_empty();
        let some = || {
            asked
                .methods
                .iter()
                .all(|asked| self.methods.contains(asked))
        };
        (all || !asked.methods.is_empty() && some())
            && self.host.covers(&asked.host)
            && (self.scheme, self.port) == (asked.scheme, asked.port)
    }

    /// Whether this allows the same of the address.
    pub(super) fn names(&self, asked: &Self, address: IpAddr) -> bool {
        let there = Self {
            host: address.into(),
            ..asked.clone()
        };
        self.host.names(address) && self.covers(&there)
    }
}

impl Scheme {
    pub(super) fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// As refusals repeat it: methods have other characters only to do harm.
pub(super) fn is_method(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|char| char.is_ascii_uppercase() || char == '-')
}

/// The host and the port. Without brackets, the colons of an IPv6 address are its own.
pub(super) fn split(text: &str) -> Result<(&str, Option<u16>)> {
    match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            let port = port.parse();
            Ok((
                host,
                Some(port.context("the port is a number from 0 to 65535")?),
            ))
        }
        _ => Ok((text, None)),
    }
}

impl From<SocketAddr> for NetworkGrant {
    fn from(address: SocketAddr) -> Self {
        Self {
            host: address.ip().into(),
            port: Some(address.port()),
        }
    }
}

impl FromStr for NetworkGrant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (host, port) = split(text)?;
        let host = match host.contains('/') {
            true => {
                let range = host.trim_start_matches('[').trim_end_matches(']');
                let range: IpNet = range.parse().context("expected ADDRESS/BITS[:PORT]")?;
                Some(Host::Addresses(range.trunc()))
            }
            false => Host::parse(host),
        };
        let host = host.context("expected HOST[:PORT], HOST being a name or an address")?;
        Ok(Self { host, port })
    }
}

impl FromStr for HttpGrant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (methods, origin) = match text.trim().split_once(char::is_whitespace) {
            Some((methods, origin)) => (methods.split(',').collect(), origin.trim_start()),
            None => (Vec::new(), text.trim()),
        };
        let methods: Vec<_> = methods.into_iter().map(str::to_ascii_uppercase).collect();
        ensure!(
            methods.iter().all(|method| is_method(method)),
            "expected METHOD[,METHOD] before the host, such as GET,HEAD"
        );
        let (scheme, rest) = match origin.split_once("://") {
            Some(("http", rest)) => (Scheme::Http, rest),
            Some(("https", rest)) => (Scheme::Https, rest),
            Some((other, _)) => bail!("expected http or https instead of {other}"),
            None => (Scheme::Https, origin),
        };
        let (name, port) = split(rest.strip_suffix('/').unwrap_or(rest))?;
        let host = match name.strip_prefix("*.") {
            Some(above) => match Host::parse(above) {
                Some(Host::Name(above)) => Some(Host::Subdomains(above)),
                _ => None,
            },
            None => Host::parse(name),
        };
        Ok(Self {
            methods,
            scheme,
            host: host
                .context("expected [METHOD[,METHOD]] [SCHEME://]HOST[:PORT], without a path")?,
            port: port.unwrap_or(scheme.port()),
        })
    }
}

impl fmt::Display for NetworkGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.host.bracketed()),
            None => write!(f, "{}", self.host),
        }
    }
}

impl fmt::Display for HttpGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.methods.is_empty() {
            write!(f, "{} ", self.methods.join(","))?;
        }
        write!(f, "{}://{}", self.scheme.name(), self.host.bracketed())?;
        match self.port == self.scheme.port() {
            true => Ok(()),
            false => write!(f, ":{}", self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<G: FromStr<Err = Error> + fmt::Display>(text: &str, shown: &str) {
        let grant: G = text.parse().expect("a grant");
        assert_eq!(grant.to_string(), shown);
        let again: G = shown.parse().expect("a grant");
        assert_eq!(again.to_string(), shown);
    }

    #[test]
    fn hosts_with_and_without_ports() {
        for text in [
            "example.org",
            "example.org:443",
            "127.0.0.1:8080",
            "::1",
            "[::1]:80",
            "10.0.0.0/8:5432",
            "fd00::/8",
            "[fd00::/8]:80",
        ] {
            check::<NetworkGrant>(text, text);
        }
        check::<NetworkGrant>("0x7f.1:80", "127.0.0.1:80");
        check::<NetworkGrant>("10.1.2.3/8", "10.0.0.0/8");
        for text in ["example.org:http", ":80", "", "*.example.org", "a/8", "a b"] {
            assert!(text.parse::<NetworkGrant>().is_err(), "{text}");
        }
    }

    #[test]
    fn requests_with_and_without_methods_and_schemes() {
        for (text, shown) in [
            (
                "GET,HEAD https://api.example.org",
                "GET,HEAD https://api.example.org",
            ),
            ("get api.example.org", "GET https://api.example.org"),
            ("*.example.org", "https://*.example.org"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("https://example.org:443", "https://example.org"),
            ("PATCH [::1]:8443", "PATCH https://[::1]:8443"),
        ] {
            check::<HttpGrant>(text, shown);
        }
        for text in [
            "",
            "ftp://example.org",
            "https://example.org/path",
            "GET, example.org",
            "https://user@example.org",
            "https://example.org:http",
            "a*.example.org",
            "*.127.0.0.1",
            "`reboot` example.org",
        ] {
            assert!(text.parse::<HttpGrant>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_grant_covers_what_is_less() {
        let net = |one: &str, other: &str| {
            let one: NetworkGrant = one.parse().expect("a grant");
            one.covers(&other.parse().expect("a grant"))
        };
        assert!(net("example.org", "Example.org:80"));
        assert!(!net("example.org:80", "example.org"));
        assert!(net("10.0.0.0/8:80", "10.1.0.0/16:80"));
        assert!(!net("10.0.0.0/8:80", "11.0.0.1:80"));
        let http = |one: &str, other: &str| {
            let one: HttpGrant = one.parse().expect("a grant");
            one.covers(&other.parse().expect("a grant"))
        };
        assert!(http("GET,HEAD example.org", "GET https://example.org"));
        assert!(http("example.org", "DELETE example.org"));
        assert!(!http("GET example.org", "example.org"));
        assert!(!http("GET example.org", "POST example.org"));
        assert!(!http("example.org", "http://example.org"));
        assert!(!http("example.org", "example.org:8443"));
        assert!(http("*.example.org", "a.b.example.org"));
        assert!(http("*.example.org", "*.b.example.org"));
        for not in [
            "example.org",
            "badexample.org",
            "a.example.org.evil.example",
            "*.org",
        ] {
            assert!(!http("*.example.org", not), "{not}");
        }
    }
}
