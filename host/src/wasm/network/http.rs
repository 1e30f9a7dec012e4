//! Sends the HTTP requests of guests, to the very address that was checked, and cuts them off in time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response, Uri};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::{Instant, Sleep, sleep_until, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use wasmtime_wasi::runtime::{AbortOnDropJoinHandle, spawn};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use super::Network;
use super::grant::{HttpGrant, Scheme};
use super::host::Host;
use super::requests::asked;
use crate::model::Cap;
use crate::runner::Job;

/// The longest that a name, a connection and its TLS may take together.
const CONNECT: Duration = Duration::from_secs(10);
const FIRST_BYTE: Duration = Duration::from_secs(60);
const BETWEEN_BYTES: Duration = Duration::from_secs(30);
/// The longest that anything else of a request may take, however it drips.
const TOTAL: Duration = Duration::from_secs(600);
/// Bytes of a response that wait for the guest, and of its headers, at the most.
const BUFFER: usize = 64 << 10;
/// Bytes of a request's body in one piece, two of which wait to be sent.
const CHUNK: usize = 16 << 10;

/// What answers the requests of one attempt.
#[derive(Clone)]
pub(super) struct Client {
    network: Network,
    job: Arc<Job>,
    /// Held once more by every connection.
    connections: Arc<()>,
}

impl Client {
    pub(super) fn new(job: &Arc<Job>, network: &Network) -> Self {
        Self {
            network: network.clone(),
            job: job.clone(),
            connections: Arc::default(),
        }
    }

    /// How many are open.
    pub(super) fn connections(&self) -> usize {
        Arc::strong_count(&self.connections) - 1
    }
}

type Exchanged = (
    Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

impl WasiHttpHooks for Client {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Exchanged, Error>> + Send> {
        let (client, options) = (self.clone(), options.unwrap_or_default());
        Box::new(async move {
            let response = client.exchange(request, options).await?;
            let done = Box::new(async { Ok(()) });
            Ok((response.map(BodyExt::boxed_unsync), done as _))
        })
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        CHUNK
    }

    fn p2_error_from_tls(&mut self, error: &io::Error) -> ErrorCode {
        let cause = error.get_ref().and_then(|error| error.downcast_ref());
        match cause {
            Some(rustls::Error::InvalidCertificate(_)) => ErrorCode::TlsCertificateError,
            _ => ErrorCode::TlsProtocolError,
        }
    }
}

impl Client {
    async fn exchange(
        self,
        mut request: Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<Response<Received>, Error> {
        let asked = asked(&request)?;
        let at_most = |asked: Option<Duration>, most| asked.unwrap_or(most).min(most);
        let deadline = Instant::now() + TOTAL;
        let connect = timeout(
            at_most(options.connect_timeout, CONNECT),
            self.connect(&asked),
        );
        let stream = connect.await.map_err(|_| Error::ConnectionTimeout)??;
        let mut http = http1::Builder::new();
        let handshake = http.max_buf_size(BUFFER).handshake(TokioIo::new(stream));
        let (mut sender, connection) = handshake.await?;
        let connection = spawn(async {
            // The response tells what went wrong.
            let _ = connection.await;
        });
        *request.uri_mut() = without_origin(request.uri())?;
        let job = self.job.clone();
        let request = request.map(|body| metered(body, job));
        let first_byte = Instant::now() + at_most(options.first_byte_timeout, FIRST_BYTE);
        let response = timeout_at(first_byte.min(deadline), sender.send_request(request));
        let response = response.await.map_err(|_| Error::ConnectionReadTimeout)??;
        let between = at_most(options.between_bytes_timeout, BETWEEN_BYTES);
        Ok(response.map(|incoming| Received {
            incoming,
            left: self.job.attempt.callee.limits.of(Cap::HttpResponse),
            between,
            deadline,
            cut_off: Box::pin(sleep_until(deadline.min(Instant::now() + between))),
            client: self,
            _connection: connection,
        }))
    }

    /// Connects to one of the addresses that were checked, and to no other.
    async fn connect(&self, asked: &HttpGrant) -> Result<Box<dyn Connection>, Error> {
        let addresses = self.network.destination(asked).await?;
        let stream = TcpStream::connect(&*addresses);
        let stream = stream.await.map_err(Error::Connect)?;
        if asked.scheme == Scheme::Http {
            return Ok(Box::new(stream));
        }
        let name = match &asked.host {
            Host::Addresses(address) => ServerName::from(address.addr()),
            host => {
                ServerName::try_from(host.to_string()).map_err(|_| Error::HttpRequestUriInvalid)?
            }
        };
        let connector = TlsConnector::from(tls().await?);
        let stream = connector.connect(name, stream).await.map_err(Error::Tls)?;
        Ok(Box::new(stream))
    }
}

trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Connection for S {}

/// As servers are told it.
fn without_origin(uri: &Uri) -> Result<Uri, Error> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let uri = Uri::builder().path_and_query(path).build();
    uri.map_err(|_| Error::HttpRequestUriInvalid)
}

fn metered(body: WasiBody, job: Arc<Job>) -> WasiBody {
    let counted = move |frame: Frame<Bytes>| {
        job.meter.gave(frame.data_ref().map_or(0, Bytes::len));
        frame
    };
    body.map_frame(counted).boxed_unsync()
}

/// What every connection trusts: the certificates that the system does.
async fn tls() -> Result<Arc<ClientConfig>, Error> {
    static CONFIG: OnceCell<Arc<ClientConfig>> = OnceCell::const_new();
    let read = || async {
        let read = tokio::task::spawn_blocking(trusted).await;
        let why = match read {
            Ok(Ok(config)) => return Ok(Arc::new(config)),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        Err(Error::InternalError(Some(why)))
    };
    CONFIG.get_or_try_init(read).await.cloned()
}

fn trusted() -> anyhow::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    anyhow::ensure!(
        !roots.is_empty(),
        "the host has no root certificates; install them, or name a file with SSL_CERT_FILE"
    );
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// The body of a response, which ends when it is too long or takes too long.
struct Received {
    incoming: Incoming,
    /// Bytes that may still come.
    left: u64,
    between: Duration,
    deadline: Instant,
    /// Rings for a guest that waits: what came while it did something else is there for it.
    cut_off: Pin<Box<Sleep>>,
    client: Client,
    /// Closed with this.
    _connection: AbortOnDropJoinHandle<()>,
}

impl Received {
    fn admit(&mut self, bytes: usize) -> Result<(), Error> {
        let Some(left) = self.left.checked_sub(bytes as u64) else {
            let limits = &self.client.job.attempt.callee.limits;
            let how = limits.exceeded(Cap::HttpResponse).to_string();
            self.client.network.refusal.deny(how);
            let most = limits.of(Cap::HttpResponse);
            return Err(Error::HttpResponseBodySize(Some(most)));
        };
        self.left = left;
        self.client.job.meter.given(bytes);
        Ok(())
    }
}

impl Body for Received {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(context) else {
            ready!(self.cut_off.as_mut().poll(context));
            return Poll::Ready(Some(Err(Error::ConnectionReadTimeout)));
        };
        let next = self.deadline.min(Instant::now() + self.between);
        self.cut_off.as_mut().reset(next);
        Poll::Ready(frame.map(|frame| {
            let frame = frame?;
            self.admit(frame.data_ref().map_or(0, Bytes::len))?;
            Ok(frame)
        }))
    }
}
