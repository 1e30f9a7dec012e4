//! What guests may reach: addresses and names are checked here, for sockets and requests alike.

mod grant;
mod host;
mod http;
mod requests;
mod sockets;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use wasmtime::component::Linker;
use wasmtime_wasi::p2::bindings::sockets::network::ErrorCode;
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi_http::Error as HttpError;

use super::grants::Grants;
use super::refusal::Refusal;
use super::sandbox::Sandbox;
pub use grant::{HttpGrant, NetworkGrant};
use host::Host;
pub(super) use requests::Http;

/// How long the addresses of a name are taken to be the same: a connection follows a lookup, and many
/// names have other addresses at every lookup.
const FRESH: Duration = Duration::from_secs(30);
/// Lookups that an attempt has under way, each on a thread that nothing can stop.
const LOOKUPS: usize = 4;

pub(super) fn add_to_linker(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    sockets::add_to_linker(linker)?;
    requests::add_to_linker(linker)
}

/// Asks the system for the addresses of a name.
type Resolve = fn(&str) -> io::Result<Vec<IpAddr>>;

fn resolve(name: &str) -> io::Result<Vec<IpAddr>> {
    let addresses = (name, 0).to_socket_addrs()?;
    Ok(addresses.map(|address| address.ip()).collect())
}

/// When, and the addresses.
type Resolved = (Instant, Vec<IpAddr>);

/// What one attempt may reach.
#[derive(Clone)]
pub(super) struct Network {
    grants: Arc<Grants>,
    refusal: Refusal,
    resolve: Resolve,
    resolved: Arc<Mutex<HashMap<String, Resolved>>>,
    lookups: Arc<Semaphore>,
}

impl Network {
    pub(super) fn new(grants: &Arc<Grants>, refusal: &Refusal) -> Self {
        Self {
            grants: grants.clone(),
            refusal: refusal.clone(),
            resolve,
            resolved: Arc::default(),
            lookups: Arc::new(Semaphore::new(LOOKUPS)),
        }
    }

    /// Guests connect to hosts that are granted, and serve nobody.
    pub(super) async fn allows(&self, address: SocketAddr, how: SocketAddrUse) -> bool {
        match how {
            SocketAddrUse::TcpConnect | SocketAddrUse::UdpSend => {
                let is_granted = self.reaches(address).await;
                match is_granted {
                    true => self.refusal.forget(),
                    false => {
                        let asked = NetworkGrant::from(address);
                        self.refuse(&format!("connection to {asked}"), &asked);
                    }
                }
                is_granted
            }
            SocketAddrUse::UdpReceive => self.reaches(address).await,
            // What comes before a connect.
            SocketAddrUse::TcpBind | SocketAddrUse::UdpBind
                if address.ip().is_unspecified() && address.port() == 0 =>
            {
                true
            }
            _ => {
                let why = "nothing can grant to listen on an address: guests serve nobody";
                self.refusal.deny(why);
                false
            }
        }
    }

    fn refuse(&self, what: &str, asked: &NetworkGrant) {
        let how = format!("no {what} is granted; grant it with --allow-net {asked}");
        self.refusal.deny(how);
    }

    /// Whether a grant names the address, or a name that has it now.
    async fn reaches(&self, address: SocketAddr) -> bool {
        let (ip, port) = (address.ip().to_canonical(), Some(address.port()));
        let grants = self.grants.network.iter();
        let grants = grants.filter(|grant| grant.has_port(port));
        if grants.clone().any(|grant| grant.host.names(ip)) {
            return true;
        }
        for grant in grants {
            if let Host::Name(name) = &grant.host
                && host::may_lead(name, ip)
                && self.resolve(name).await.is_ok_and(|all| all.contains(&ip))
            {
                return true;
            }
        }
        false
    }

    /// The addresses that a guest is told the name has.
    async fn lookup(&self, name: &str) -> Result<Vec<IpAddr>, ErrorCode> {
        let name = match Host::parse(name) {
            Some(Host::Name(name)) => name,
            Some(Host::Addresses(address)) => return Ok(vec![address.addr()]),
            _ => return Err(ErrorCode::InvalidArgument),
        };
        let asked = NetworkGrant {
            host: Host::Name(name.clone()),
            port: None,
        };
        let grants = &self.grants.network;
        if !grants.iter().any(|grant| grant.host == asked.host) {
            self.refuse(&format!("lookup of '{name}'"), &asked);
            return Err(ErrorCode::AccessDenied);
        }
        let resolved = self.resolve(&name).await;
        let resolved = resolved.map_err(|_| ErrorCode::NameUnresolvable)?;
        let is_named = |address| grants.iter().any(|grant| grant.host.names(address));
        let option = |host: Host| format!("--allow-net {host}");
        let granted = self.granted(&name, resolved, is_named, option);
        granted.ok_or(ErrorCode::NameUnresolvable)
    }

    /// Where the request that is asked for goes, if that is granted.
    async fn destination(&self, asked: &HttpGrant) -> Result<Vec<SocketAddr>, HttpError> {
        let grants = &self.grants.http;
        if !grants.iter().any(|grant| grant.covers(asked)) {
            let how = format!("no {asked} is granted; grant it with --allow-http \"{asked}\"");
            self.refusal.deny(how);
            return Err(HttpError::HttpRequestDenied);
        }
        self.refusal.forget();
        let addresses = match &asked.host {
            Host::Addresses(address) => vec![address.addr()],
            Host::Name(name) | Host::Subdomains(name) => {
                let resolved = self.resolve(name).await.map_err(|_| HttpError::DnsError {
                    rcode: None,
                    info_code: None,
                })?;
                let is_named = |address| grants.iter().any(|grant| grant.names(asked, address));
                let option = |host| {
                    let there = HttpGrant {
                        host,
                        ..asked.clone()
                    };
                    format!("--allow-http \"{there}\"")
                };
                let granted = self.granted(name, resolved, is_named, option);
                granted.ok_or(HttpError::DestinationIpProhibited)?
            }
        };
        let there = |address| SocketAddr::new(address, asked.port);
        Ok(addresses.into_iter().map(there).collect())
    }

    /// Those of the addresses that the name may have; none where all are refused.
    fn granted(
        &self,
        name: &str,
        mut addresses: Vec<IpAddr>,
        is_named: impl Fn(IpAddr) -> bool,
        option: impl Fn(Host) -> String,
    ) -> Option<Vec<IpAddr>> {
        let first = addresses.first().copied();
        addresses.retain(|&address| host::may_lead(name, address) || is_named(address));
        if let (true, Some(first)) = (addresses.is_empty(), first) {
            let host = Host::from(first);
            let how = format!("'{name}' leads to {host}, which has to be granted as such");
            self.refusal
                .deny(format!("{how}; grant it with {}", option(host)));
            return None;
        }
        self.refusal.forget();
        Some(addresses)
    }

    /// The addresses of the name: those of the last lookup, for a while.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        if let Some(addresses) = self.remembered(name) {
            return Ok(addresses);
        }
        let permit = self.lookups.clone().acquire_owned();
        let permit = permit.await.map_err(io::Error::other)?;
        // Somebody else may have asked the same meanwhile.
        if let Some(addresses) = self.remembered(name) {
            return Ok(addresses);
        }
        let (network, asked) = (self.clone(), name.to_owned());
        let lookup = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let addresses = (network.resolve)(&asked)?;
            let addresses: Vec<_> = addresses.iter().map(IpAddr::to_canonical).collect();
            network.remember(asked, &addresses);
            Ok(addresses)
        });
        lookup.await.map_err(io::Error::other)?
    }

    fn remembered(&self, name: &str) -> Option<Vec<IpAddr>> {
        let resolved = self.resolved.lock().expect("never held across a panic");
        let (at, addresses) = resolved.get(name)?;
        (at.elapsed() < FRESH).then(|| addresses.clone())
    }

    fn remember(&self, name: String, addresses: &[IpAddr]) {
        let mut resolved = self.resolved.lock().expect("never held across a panic");
        resolved.retain(|_, (at, _)| at.elapsed() < FRESH);
        resolved.insert(name, (Instant::now(), addresses.to_vec()));
    }
}

#[cfg(test)]
mod tests;
