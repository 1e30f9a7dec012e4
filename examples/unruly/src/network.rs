//! What guests want of the network.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::thread::sleep;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wasip2::http::outgoing_handler::{ErrorCode, OutgoingRequest, RequestOptions, handle};
use wasip2::http::types::{
    Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingBody, Scheme, http_error_code,
};
use wasip2::io::streams::StreamError;
use wflow::prelude::*;

/// What to do with an address or a name.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Use {
    /// Connects, says `ping`, and returns what is said before the connection ends.
    Connect,
    /// Sends `ping`, and returns what comes back.
    Send,
    /// Returns the addresses of the name.
    LookUp,
    Listen,
    /// Opens so many sockets and keeps them.
    KeepSockets,
    /// Opens so many sockets, one after the other.
    ReuseSockets,
}

#[task]
fn uses(how: Use, whom: String) -> Result<String> {
    match how {
        Use::Connect => connect(&whom),
        Use::Send => send(&whom),
        Use::LookUp => {
            let addresses = (&*whom, 80).to_socket_addrs()?;
            let addresses: Vec<_> = addresses.map(|it| it.ip().to_string()).collect();
            Ok(addresses.join(" "))
        }
        Use::Listen => {
            let listener = TcpListener::bind(whom)?;
            Ok(listener.local_addr()?.to_string())
        }
        Use::KeepSockets => {
            let sockets = (0..whom.parse()?).map(|_: u32| UdpSocket::bind("0.0.0.0:0"));
            let sockets: io::Result<Vec<_>> = sockets.collect();
            Ok(format!("{} sockets", sockets?.len()))
        }
        Use::ReuseSockets => {
            for _ in 0..whom.parse()? {
                UdpSocket::bind("0.0.0.0:0")?;
            }
            Ok(format!("{whom} sockets"))
        }
    }
}

fn connect(whom: &str) -> Result<String> {
    let mut stream = TcpStream::connect(whom)?;
    stream.write_all(b"ping")?;
    let mut said = String::new();
    stream.read_to_string(&mut said)?;
    Ok(said)
}

fn send(whom: &str) -> Result<String> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    socket.send_to(b"ping", whom)?;
    let mut datagram = [0; 100];
    let (length, _) = socket.recv_from(&mut datagram)?;
    Ok(String::from_utf8_lossy(&datagram[..length]).into_owned())
}

/// Returns what the use of the network gave, or the failure's kind and message.
#[flow]
fn reach(how: Use, whom: String) -> String {
    told(uses(how, whom))
}

fn told(ended: Result<String>) -> String {
    ended.unwrap_or_else(|failure| format!("{}: {}", failure.kind(), failure.message()))
}

/// Returns the status and the body, or the length of a long one.
#[task]
fn requests(method: String, url: String, between: u64, pause: u64, follow: bool) -> Result<String> {
    let mut response = answer(request(&method, &url, between)?)?;
    while follow && (300..400).contains(&response.status()) {
        let location = String::from_utf8(response.headers().get("location").concat())?;
        response = answer(request(&method, &location, between)?)?;
    }
    let status = response.status();
    sleep(Duration::from_millis(pause));
    let body = body(&response)?;
    match String::from_utf8(body) {
        Ok(text) if text.len() < 100 => Ok(format!("{status} {text}")),
        Ok(text) => Ok(format!("{status}, {} bytes", text.len())),
        Err(error) => Err(Failure::new(error.to_string())),
    }
}

fn failed(code: ErrorCode) -> Failure {
    Failure::new(format!("{code:?}"))
}

/// Sends a request with the body `ping`, if it is to have one.
fn request(method: &str, url: &str, between: u64) -> Result<FutureIncomingResponse> {
    let (scheme, rest) = url.split_once("://").ok_or(Failure::new("no URL"))?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let request = OutgoingRequest::new(Fields::new());
    let method = match method {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "CONNECT" => Method::Connect,
        other => Method::Other(other.into()),
    };
    let has_body = matches!(method, Method::Post);
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.into()),
    };
    let invalid = |()| Failure::new("the host takes no such request");
    request.set_method(&method).map_err(invalid)?;
    request.set_scheme(Some(&scheme)).map_err(invalid)?;
    request.set_authority(Some(authority)).map_err(invalid)?;
    let path = format!("/{path}");
    request.set_path_with_query(Some(&path)).map_err(invalid)?;
    let options = RequestOptions::new();
    let between = Duration::from_millis(between).as_nanos() as u64;
    let between = (between > 0).then_some(between);
    options.set_first_byte_timeout(between).map_err(invalid)?;
    options
        .set_between_bytes_timeout(between)
        .map_err(invalid)?;
    let body = request.body().map_err(invalid)?;
    let response = handle(request, Some(options)).map_err(failed)?;
    if has_body {
        let stream = body.write().map_err(invalid)?;
        stream
            .blocking_write_and_flush(b"ping")
            .map_err(|error| Failure::new(error.to_string()))?;
    }
    OutgoingBody::finish(body, None).map_err(failed)?;
    Ok(response)
}

fn answer(response: FutureIncomingResponse) -> Result<IncomingResponse> {
    response.subscribe().block();
    let answer = response
        .get()
        .expect("it is ready")
        .expect("it is taken once");
    answer.map_err(failed)
}

fn body(response: &IncomingResponse) -> Result<Vec<u8>> {
    let body = response.consume().expect("it is taken once");
    let stream = body.stream().expect("it is taken once");
    let mut read = Vec::new();
    loop {
        match stream.blocking_read(1 << 16) {
            Ok(bytes) => read.extend(bytes),
            Err(StreamError::Closed) => return Ok(read),
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(match http_error_code(&error) {
                    Some(code) => failed(code),
                    None => Failure::new(error.to_debug_string()),
                });
            }
        }
    }
}

#[flow]
fn fetch(
    url: String,
    #[default("GET")] method: String,
    /// Milliseconds that may pass between bytes; 0 for as many as the host allows.
    #[default(0)]
    between: u64,
    /// Milliseconds that the guest itself lets pass before it reads.
    #[default(0)]
    pause: u64,
    #[default(false)] follow: bool,
) -> String {
    told(requests(method, url, between, pause, follow))
}

/// Sends many requests and keeps all of their responses.
#[task]
fn requests_many(url: String, count: usize) -> Result<String> {
    let sent: Result<Vec<_>> = (0..count).map(|_| request("GET", &url, 0)).collect();
    let answers: Result<Vec<_>> = sent?.into_iter().map(answer).collect();
    Ok(format!("{} responses", answers?.len()))
}

#[flow]
fn fetch_many(url: String, count: usize) -> String {
    told(requests_many(url, count))
}

/// Hands the host what no request can be made of.
#[task]
fn requests_garbage() -> String {
    let mut taken = Vec::new();
    for authority in [
        "",
        "a b",
        "[::1",
        "user:secret@localhost",
        "localhost:99999",
        "%6c",
        "*",
    ] {
        let request = OutgoingRequest::new(Fields::new());
        if request.set_scheme(Some(&Scheme::Http)).is_ok()
            && request.set_authority(Some(authority)).is_ok()
            && let Ok(response) = handle(request, None)
            && answer(response).is_ok()
        {
            taken.push(authority.to_owned());
        }
    }
    let fields = Fields::new();
    for (name, value) in [
        ("host", "elsewhere"),
        ("connection", "upgrade"),
        ("x", "a\r\nb: c"),
    ] {
        if fields.append(name, value.as_bytes()).is_ok() {
            taken.push(name.to_owned());
        }
    }
    format!("taken: {taken:?}")
}

#[flow]
fn fetch_garbage() -> String {
    told(requests_garbage())
}

/// Has the host keep headers, in so many sets.
#[task]
fn keeps_headers(sets: usize) -> String {
    let mut kept = Vec::new();
    for _ in 0..sets {
        let fields = Fields::new();
        let _ = fields.append("x", &[b'x'; 10_000]);
        kept.push(OutgoingRequest::new(fields));
    }
    drop(kept);
    let fields = Fields::new();
    for number in 0.. {
        let _ = fields.append(&format!("x-{number}"), &[b'x'; 1000]);
    }
    "kept".into()
}

#[flow]
fn keep_headers(sets: usize) -> String {
    told(keeps_headers(sets))
}
