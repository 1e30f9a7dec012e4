//! Servers that guests talk to, each on a port of its own, for as long as the tests last.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::harness::root;

/// Answers every connection so.
pub(crate) fn server(answer: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || answer(stream));
        }
    });
    address
}

/// Reads a request, then hands the stream to `reply` with the request.
pub(crate) fn http(reply: impl Fn(&str, &mut dyn Write) + Clone + Send + 'static) -> SocketAddr {
    server(move |mut stream| {
        let request = head(&mut stream);
        reply(&request, &mut stream);
    })
}

/// Up to the empty line, and a body that is in the same packet.
pub(crate) fn head(stream: &mut impl Read) -> String {
    let mut read = Vec::new();
    let mut bytes = [0; 4096];
    while !read.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut bytes) {
            Ok(0) | Err(_) => break,
            Ok(count) => read.extend(&bytes[..count]),
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}

pub(crate) fn pong(mut stream: TcpStream) {
    let _ = stream.read_exact(&mut [0; 4]);
    let _ = stream.write_all(b"pong");
}

/// Answers datagrams.
pub(crate) fn pongs() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        while let Ok((_, from)) = socket.recv_from(&mut [0; 100]) {
            let _ = socket.send_to(b"pong", from);
        }
    });
    address
}

pub(crate) fn hello(_: &str, stream: &mut dyn Write) {
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
}

/// Says what it was asked for: the first line, and the host.
pub(crate) fn echo(request: &str, stream: &mut dyn Write) {
    let mut lines = request.lines();
    let line = lines.next().unwrap_or_default();
    let host = lines.find(|line| line.starts_with("host:"));
    let said = format!("{line}; {}", host.unwrap_or_default());
    let length = said.len();
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{said}"
    );
}

/// Replies as `before` says, then says nothing more; tells when the other side is gone.
pub(crate) fn silent(before: &'static [u8]) -> (SocketAddr, Receiver<()>) {
    let (gone, is_gone): (Sender<()>, _) = mpsc::channel();
    let address = server(move |mut stream| {
        head(&mut stream);
        let _ = stream.write_all(before);
        while stream.read(&mut [0; 100]).is_ok_and(|count| count > 0) {}
        let _ = gone.send(());
    });
    (address, is_gone)
}

/// A server with a certificate for `localhost` that nobody trusts unless told so: `openssl req -x509
/// -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -addext subjectAltName=DNS:localhost -addext
/// basicConstraints=CA:FALSE -days 36500 -subj /CN=localhost`.
pub(crate) fn secure() -> SocketAddr {
    let folder = root().join("tests/tls");
    let certificate = CertificateDer::from_pem_file(folder.join("localhost.crt"));
    let key = PrivateKeyDer::from_pem_file(folder.join("localhost.key"));
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config
        .with_single_cert(vec![certificate.expect("PEM")], key.expect("PEM"))
        .expect("they belong together");
    let config = Arc::new(config);
    server(move |stream| {
        let connection = ServerConnection::new(config.clone()).expect("a configuration");
        let mut stream = StreamOwned::new(connection, stream);
        let request = head(&mut stream);
        echo(&request, &mut stream);
        stream.conn.send_close_notify();
        let _ = stream.flush();
    })
}
