//! Sockets of guests: counted, metered, and with names that are looked up here.

use std::mem;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::vec;

use bytes::Bytes;
use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpAddress, IpAddressFamily};
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket;
use wasmtime_wasi::p2::bindings::sockets::tcp_create_socket::Host as _;
use wasmtime_wasi::p2::bindings::sockets::udp::{
    HostIncomingDatagramStream, HostOutgoingDatagramStream, IncomingDatagram,
    IncomingDatagramStream, OutgoingDatagram, OutgoingDatagramStream,
};
use wasmtime_wasi::p2::bindings::sockets::udp_create_socket::Host as _;
use wasmtime_wasi::p2::pipe::{ClosedInputStream, ClosedOutputStream};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, InputStream, Network as Capability, OutputStream,
    Pollable, SocketResult, StreamResult, TcpSocket, subscribe,
};
use wasmtime_wasi::runtime::{AbortOnDropJoinHandle, poll_noop, spawn};
use wasmtime_wasi::sockets::WasiSocketsView;

use super::super::pure::WASI;
use super::super::sandbox::Sandbox;
use crate::model::Cap;
use crate::runner::Job;

impl Sandbox {
    /// Ends the attempt where it has as many sockets open as it may.
    pub(super) fn admit_socket(&mut self) -> Result<()> {
        match self.has_room_for_handles() {
            true => Ok(()),
            false => Err(self.limits().exceeded(Cap::OpenFiles).into()),
        }
    }

    fn lookup(&mut self, name: String) -> Result<Result<Resource<Lookup>, ErrorCode>> {
        self.admit_socket()?;
        let network = self.network().clone();
        let mut answer = spawn(async move { network.lookup(&name).await });
        let lookup = match poll_noop(Pin::new(&mut answer)) {
            Some(Ok(addresses)) => Lookup::Answered(Ok(addresses.into_iter())),
            Some(Err(error)) => return Ok(Err(error)),
            None => Lookup::Asked(answer),
        };
        let lookup = self.table.push(lookup)?;
        self.handles.hold(&lookup);
        Ok(Ok(lookup))
    }

    /// Has the streams of a connection counted.
    fn meter(
        &mut self,
        input: &Resource<DynInputStream>,
        output: &Resource<DynOutputStream>,
    ) -> Result<()> {
        let job = &self.job;
        let stream = self.table.get_mut(input)?;
        let inner = mem::replace(stream, Box::new(ClosedInputStream));
        *stream = Box::new(Metered(inner, job.clone()));
        let stream = self.table.get_mut(output)?;
        let inner = mem::replace(stream, Box::new(ClosedOutputStream));
        *stream = Box::new(Metered(inner, job.clone()));
        Ok(())
    }
}

/// A lookup of a name.
enum Lookup {
    Asked(AbortOnDropJoinHandle<Result<Vec<IpAddr>, ErrorCode>>),
    Answered(Result<vec::IntoIter<IpAddr>, ErrorCode>),
}

impl Lookup {
    fn next(&mut self) -> Result<Option<IpAddress>, ErrorCode> {
        if let Self::Asked(answer) = self {
            let answer = poll_noop(Pin::new(answer)).ok_or(ErrorCode::WouldBlock)?;
            *self = Self::Answered(answer.map(Vec::into_iter));
        }
        match self {
            Self::Answered(Ok(addresses)) => Ok(addresses.next().map(Into::into)),
            Self::Answered(Err(error)) => Err(*error),
            Self::Asked(_) => Err(ErrorCode::WouldBlock),
        }
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Lookup {
    async fn ready(&mut self) {
        if let Self::Asked(answer) = self {
            *self = Self::Answered(answer.await.map(Vec::into_iter));
        }
    }
}

/// A stream whose bytes are counted.
struct Metered<S>(S, Arc<Job>);

#[wasmtime_wasi::async_trait]
impl Pollable for Metered<DynInputStream> {
    async fn ready(&mut self) {
        self.0.ready().await;
    }
}

#[wasmtime_wasi::async_trait]
impl InputStream for Metered<DynInputStream> {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let bytes = self.0.read(size)?;
        self.1.meter.given(bytes.len());
        Ok(bytes)
    }

    async fn cancel(&mut self) {
        self.0.cancel().await;
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Metered<DynOutputStream> {
    async fn ready(&mut self) {
        self.0.ready().await;
    }
}

#[wasmtime_wasi::async_trait]
impl OutputStream for Metered<DynOutputStream> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.1.meter.gave(bytes.len());
        self.0.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.0.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.0.check_write()
    }

    async fn cancel(&mut self) {
        self.0.cancel().await;
    }
}

/// Puts ours in the place of WASI's own functions, where those count nothing or look names up.
pub(super) fn add_to_linker(linker: &mut Linker<Sandbox>) -> Result<()> {
    linker.allow_shadowing(true);
    add_create(linker)?;
    add_lookup(linker)?;
    add_streams(linker)?;
    linker.allow_shadowing(false);
    Ok(())
}

type Store<'a> = StoreContextMut<'a, Sandbox>;

/// What went wrong is for the guest to know, or ends the attempt.
fn told<T>(result: SocketResult<T>) -> Result<(Result<T, ErrorCode>,)> {
    match result {
        Ok(value) => Ok((Ok(value),)),
        Err(error) => Ok((Err(error.downcast()?),)),
    }
}

fn add_create(linker: &mut Linker<Sandbox>) -> Result<()> {
    let mut tcp = linker.instance(&format!("wasi:sockets/tcp-create-socket{WASI}"))?;
    tcp.func_wrap(
        "create-tcp-socket",
        |mut store: Store, (family,): (IpAddressFamily,)| {
            let sandbox = store.data_mut();
            sandbox.admit_socket()?;
            let socket = sandbox.sockets().create_tcp_socket(family);
            if let Ok(socket) = &socket {
                sandbox.handles.hold(socket);
            }
            told(socket)
        },
    )?;
    let mut udp = linker.instance(&format!("wasi:sockets/udp-create-socket{WASI}"))?;
    udp.func_wrap_async(
        "create-udp-socket",
        |mut store: Store, (family,): (IpAddressFamily,)| {
            Box::new(async move {
                let sandbox = store.data_mut();
                sandbox.admit_socket()?;
                let socket = sandbox.sockets().create_udp_socket(family).await;
                if let Ok(socket) = &socket {
                    sandbox.handles.hold(socket);
                }
                told(socket)
            })
        },
    )
}

fn add_lookup(linker: &mut Linker<Sandbox>) -> Result<()> {
    let mut lookup = linker.instance(&format!("wasi:sockets/ip-name-lookup{WASI}"))?;
    lookup.resource(
        "resolve-address-stream",
        ResourceType::host::<Lookup>(),
        |mut store: Store, place| {
            let lookup = Resource::<Lookup>::new_own(place);
            store.data_mut().table.delete(lookup)?;
            Ok(())
        },
    )?;
    lookup.func_wrap(
        "resolve-addresses",
        |mut store: Store, (network, name): (Resource<Capability>, String)| {
            let sandbox = store.data_mut();
            sandbox.table.get(&network)?;
            Ok((sandbox.lookup(name)?,))
        },
    )?;
    lookup.func_wrap(
        "[method]resolve-address-stream.resolve-next-address",
        |mut store: Store, (lookup,): (Resource<Lookup>,)| {
            Ok((store.data_mut().table.get_mut(&lookup)?.next(),))
        },
    )?;
    lookup.func_wrap(
        "[method]resolve-address-stream.subscribe",
        |mut store: Store, (lookup,): (Resource<Lookup>,)| -> Result<(Resource<DynPollable>,)> {
            Ok((subscribe(&mut store.data_mut().table, lookup)?,))
        },
    )
}

fn add_streams(linker: &mut Linker<Sandbox>) -> Result<()> {
    let mut tcp = linker.instance(&format!("wasi:sockets/tcp{WASI}"))?;
    tcp.func_wrap(
        "[method]tcp-socket.finish-connect",
        |mut store: Store, (socket,): (Resource<TcpSocket>,)| {
            let sandbox = store.data_mut();
            let streams = sandbox.sockets().finish_connect(socket);
            if let Ok((input, output)) = &streams {
                sandbox.meter(input, output)?;
            }
            told(streams)
        },
    )?;
    let mut udp = linker.instance(&format!("wasi:sockets/udp{WASI}"))?;
    udp.func_wrap(
        "[method]incoming-datagram-stream.receive",
        |mut store: Store, (stream, most): (Resource<IncomingDatagramStream>, u64)| {
            let sandbox = store.data_mut();
            let received = sandbox.sockets().receive(stream, most);
            let all = received.iter().flatten();
            let bytes = all.map(|datagram: &IncomingDatagram| datagram.data.len());
            sandbox.job.meter.given(bytes.sum());
            told(received)
        },
    )?;
    udp.func_wrap(
        "[method]outgoing-datagram-stream.send",
        |mut store: Store,
         (stream, datagrams): (Resource<OutgoingDatagramStream>, Vec<OutgoingDatagram>)| {
            let sandbox = store.data_mut();
            let bytes = datagrams.iter().map(|datagram| datagram.data.len());
            sandbox.job.meter.gave(bytes.sum());
            told(sandbox.sockets().send(stream, datagrams))
        },
    )
}
