//! What guests say of HTTP: how many requests they make at a time, and what each has to be granted.

use std::sync::Arc;

use hyper::{Method, Request};
use wasmtime::component::{Linker, LinkerInstance, Resource, ResourceTable};
use wasmtime::{Result, StoreContextMut, bail, ensure};
use wasmtime_wasi_http::p2::bindings::http::outgoing_handler::Host as _;
use wasmtime_wasi_http::p2::bindings::http::types::{
    self, ErrorCode, HostFields, HostOutgoingRequest as _,
};
use wasmtime_wasi_http::p2::types::{
    HostFutureIncomingResponse, HostOutgoingRequest, HostOutgoingResponse,
};
use wasmtime_wasi_http::{
    Error, FieldMap, RequestOptions, WasiHttp, WasiHttpCtx, WasiHttpCtxView, WasiHttpView,
};

use super::super::files::Handles;
use super::super::pure::WASI;
use super::super::sandbox::Sandbox;
use super::Network;
use super::grant::{HttpGrant, Scheme, is_method, split};
use super::host::Host;
use super::http::Client;
use crate::runner::Job;

/// Requests that are not sent yet, and sets of headers, which the host keeps for the guest.
const MAX_PARTS: usize = 500;
/// Bytes of one set of headers.
const MAX_HEADERS: usize = 64 << 10;

/// The requests of one attempt.
pub(in super::super) struct Http {
    context: WasiHttpCtx,
    client: Client,
    parts: Handles,
}

impl Http {
    pub(in super::super) fn new(job: &Arc<Job>, network: &Network) -> Self {
        let mut context = WasiHttpCtx::new();
        context.set_field_size_limit(MAX_HEADERS);
        Self {
            context,
            client: Client::new(job, network),
            parts: Handles::default(),
        }
    }

    /// How many are open.
    pub(in super::super) fn connections(&self) -> usize {
        self.client.connections()
    }
}

impl Sandbox {
    /// What it has of HTTP, and where its handles are kept.
    fn requests(&mut self) -> (&mut Http, &mut ResourceTable) {
        let network = self.network().clone();
        let job = &self.job;
        let http = self.http.get_or_insert_with(|| Http::new(job, &network));
        (http, &mut self.table)
    }
}

impl WasiHttpView for Sandbox {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        let (http, table) = self.requests();
        WasiHttpCtxView {
            hooks: &mut http.client,
            ctx: &mut http.context,
            table,
        }
    }
}

type Store<'a> = StoreContextMut<'a, Sandbox>;

/// Guests send requests, and answer none.
pub(super) fn add_to_linker(linker: &mut Linker<Sandbox>) -> Result<()> {
    let options = types::LinkOptions::default();
    types::add_to_linker::<_, WasiHttp>(linker, &options, WasiHttpView::http)?;
    let mut handler = linker.instance(&format!("wasi:http/outgoing-handler{WASI}"))?;
    handler.func_wrap("handle", handle)?;
    linker.allow_shadowing(true);
    let mut types = linker.instance(&format!("wasi:http/types{WASI}"))?;
    add_headers(&mut types)?;
    add_requests(&mut types)?;
    types.func_wrap(
        "http-error-code",
        |store: Store, (error,): (Resource<wasmtime::Error>,)| {
            Ok((code(store.data().table.get(&error)?),))
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

type Handed = (
    Resource<HostOutgoingRequest>,
    Option<Resource<RequestOptions>>,
);
type Answer = Result<Resource<HostFutureIncomingResponse>, ErrorCode>;

fn handle(mut store: Store, (request, options): Handed) -> Result<(Answer,)> {
    let sandbox = store.data_mut();
    sandbox.admit_socket()?;
    match sandbox.http().handle(request, options) {
        Ok(response) => Ok((Ok(response),)),
        Err(error) => Ok((Err(error.downcast()?),)),
    }
}

impl Sandbox {
    /// Makes something that the host keeps for the guest, unless that has too much of it.
    fn keep<T: 'static>(
        &mut self,
        make: impl FnOnce(WasiHttpCtxView<'_>) -> Result<Resource<T>>,
    ) -> Result<Resource<T>> {
        let (http, table) = self.requests();
        ensure!(
            http.parts.has_room(MAX_PARTS, table),
            "holds more than {MAX_PARTS} requests and sets of headers at the same time"
        );
        let made = make(self.http())?;
        self.requests().0.parts.hold(&made);
        Ok(made)
    }
}

fn add_headers(types: &mut LinkerInstance<Sandbox>) -> Result<()> {
    types.func_wrap("[constructor]fields", |mut store: Store, (): ()| {
        Ok((store
            .data_mut()
            .keep(|mut http| HostFields::new(&mut http))?,))
    })?;
    types.func_wrap(
        "[static]fields.from-list",
        |mut store: Store, (entries,): (Vec<(String, Vec<u8>)>,)| {
            let mut refused = None;
            let made = store.data_mut().keep(|mut http| {
                let made = http.from_list(entries);
                made.or_else(|error| {
                    refused = Some(error.downcast()?);
                    HostFields::new(&mut http)
                })
            })?;
            let told: Result<_, types::HeaderError> = refused.map_or(Ok(made), Err);
            Ok((told,))
        },
    )?;
    types.func_wrap(
        "[method]fields.clone",
        |mut store: Store, (fields,): (Resource<FieldMap>,)| {
            Ok((store.data_mut().keep(|mut http| http.clone(fields))?,))
        },
    )
}

fn add_requests(types: &mut LinkerInstance<Sandbox>) -> Result<()> {
    types.func_wrap(
        "[constructor]outgoing-request",
        |mut store: Store, (headers,): (Resource<FieldMap>,)| {
            Ok((store
                .data_mut()
                .keep(|mut http| types::HostOutgoingRequest::new(&mut http, headers))?,))
        },
    )?;
    types.func_wrap(
        "[method]outgoing-request.set-method",
        |mut store: Store, (request, method): (Resource<HostOutgoingRequest>, types::Method)| {
            let is_long = matches!(&method, types::Method::Other(name) if name.len() > 64);
            match is_long {
                true => Ok((Err(()),)),
                false => Ok((store.data_mut().http().set_method(request, method)?,)),
            }
        },
    )?;
    types.func_wrap(
        "[constructor]outgoing-response",
        |_: Store, (_,): (Resource<FieldMap>,)| -> Result<(Resource<HostOutgoingResponse>,)> {
            bail!("guests answer no requests")
        },
    )
}

/// Which error of HTTP ended a stream. WASI's own knows those of requests alone.
fn code(error: &wasmtime::Error) -> Option<ErrorCode> {
    match error.downcast_ref() {
        Some(Error::HttpResponseBodySize(most)) => Some(ErrorCode::HttpResponseBodySize(*most)),
        Some(Error::ConnectionReadTimeout) => Some(ErrorCode::ConnectionReadTimeout),
        Some(_) => Some(ErrorCode::HttpProtocolError),
        None => error.downcast_ref().cloned(),
    }
}

/// What the request needs to be granted.
pub(super) fn asked<B>(request: &Request<B>) -> Result<HttpGrant, Error> {
    let method = request.method();
    // A tunnel would lead elsewhere.
    if !is_method(method.as_str()) || method == Method::CONNECT {
        return Err(Error::HttpRequestMethodInvalid);
    }
    let invalid = || Error::HttpRequestUriInvalid;
    let scheme = match request.uri().scheme_str() {
        Some("http") => Scheme::Http,
        Some("https") => Scheme::Https,
        _ => return Err(invalid()),
    };
    let authority = request.uri().authority().ok_or_else(invalid)?;
    let (host, port) = split(authority.as_str()).map_err(|_| invalid())?;
    Ok(HttpGrant {
        methods: vec![method.to_string()],
        scheme,
        host: Host::parse(host).ok_or_else(invalid)?,
        port: port.unwrap_or(scheme.port()),
    })
}
