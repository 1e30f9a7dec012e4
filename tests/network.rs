//! What guests reach of the network: what is granted, and nothing else.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use serde_json::Value;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::harness::{command, ended, events, example, folder, root, wflow};

/// Answers every connection so, on a port of its own, for as long as the tests last.
fn server(answer: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
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
fn http(reply: impl Fn(&str, &mut dyn Write) + Clone + Send + 'static) -> SocketAddr {
    server(move |mut stream| {
        let request = head(&mut stream);
        reply(&request, &mut stream);
    })
}

/// Up to the empty line, and a body that is in the same packet.
fn head(stream: &mut impl Read) -> String {
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

fn pong(mut stream: TcpStream) {
    let _ = stream.read_exact(&mut [0; 4]);
    let _ = stream.write_all(b"pong");
}

/// Answers datagrams.
fn pongs() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        while let Ok((_, from)) = socket.recv_from(&mut [0; 100]) {
            let _ = socket.send_to(b"pong", from);
        }
    });
    address
}

fn hello(_: &str, stream: &mut dyn Write) {
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
}

/// Says what it was asked for: the first line, and the host.
fn echo(request: &str, stream: &mut dyn Write) {
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

/// What the flow returned.
#[track_caller]
fn returned(flow: &str, parameters: &[&str], options: &[&str]) -> String {
    let component = example("unruly");
    let mut arguments = vec!["run", &*component, flow, "-q", "--no-record"];
    for parameter in parameters {
        arguments.extend(["-p", parameter]);
    }
    let run = wflow(&[&arguments, options].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let last = run.stdout.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|_| panic!("{run:?}"))
}

#[track_caller]
fn reached(how: &str, whom: &str, options: &[&str]) -> String {
    let (how, whom) = (format!("how={how}"), format!("whom=\"{whom}\""));
    returned("reach", &[&how, &whom], options)
}

#[track_caller]
fn fetched(url: &str, parameters: &[&str], options: &[&str]) -> String {
    let url = format!("url={url}");
    returned("fetch", &[&[&*url], parameters].concat(), options)
}

/// The failure is a denial that names what would grant it.
#[track_caller]
fn check_denied(told: &str, what: &str, grant: &str) {
    assert!(told.starts_with("denied: "), "{told}");
    let how = format!("{what}; grant it with {grant}");
    assert!(told.ends_with(&how), "{told}\n{how}");
}

#[test]
fn a_connection_needs_a_grant_of_its_address_or_a_name_of_it() {
    let address = server(pong);
    let (whom, port) = (address.to_string(), address.port());
    for grant in [
        "127.0.0.1",
        &whom,
        "localhost",
        &format!("127.0.0.0/8:{port}"),
    ] {
        let told = reached("connect", &whom, &["--allow-net", grant]);
        assert_eq!(told, "pong", "{grant}");
    }
    let by_name = format!("localhost:{port}");
    let told = reached("connect", &by_name, &["--allow-net", &by_name]);
    assert_eq!(told, "pong");
    let denied = format!("no connection to {whom} is granted");
    let grant = format!("--allow-net {whom}");
    for other in ["127.0.0.1:1", "127.0.0.2", "192.0.2.0/24", "0.0.0.0/0"] {
        let told = reached("connect", &whom, &["--allow-net", other]);
        check_denied(&told, &denied, &grant);
    }
    check_denied(&reached("connect", &whom, &[]), &denied, &grant);
}

#[test]
fn no_spelling_of_an_address_gets_round_the_grants() {
    let address = server(|stream| drop(stream));
    let port = address.port();
    let denied = format!("no connection to 127.0.0.1:{port} is granted");
    let grant = format!("--allow-net 127.0.0.1:{port}");
    for host in ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"] {
        let whom = format!("{host}:{port}");
        let told = reached("connect", &whom, &["--allow-net", "192.0.2.1"]);
        check_denied(&told, &denied, &grant);
    }
    for host in ["[::ffff:127.0.0.1]", "0.0.0.0", "[::]"] {
        let told = reached(
            "connect",
            &format!("{host}:{port}"),
            &["--allow-net", "192.0.2.1"],
        );
        assert!(
            told.starts_with("denied: ") || told.starts_with("failed: "),
            "{told}"
        );
    }
}

#[test]
fn datagrams_need_a_grant_too() {
    let whom = pongs().to_string();
    assert_eq!(reached("send", &whom, &["--allow-net", &whom]), "pong");
    let denied = format!("no connection to {whom} is granted");
    check_denied(
        &reached("send", &whom, &[]),
        &denied,
        &format!("--allow-net {whom}"),
    );
}

#[test]
fn names_are_looked_up_where_they_are_granted() {
    let told = reached("look-up", "localhost", &["--allow-net", "localhost:1"]);
    assert!(told.contains("127.0.0.1") || told.contains("::1"), "{told}");
    let name = "secret.evil.example";
    for options in [
        &["--allow-net", "example"][..],
        &["--allow-http", name],
        &[],
    ] {
        let told = reached("look-up", name, options);
        let denied = format!("no lookup of '{name}' is granted");
        check_denied(&told, &denied, &format!("--allow-net {name}"));
    }
    assert_eq!(reached("look-up", "2130706433", &[]), "127.0.0.1");
}

#[test]
fn guests_serve_nobody() {
    for whom in ["127.0.0.1:0", "0.0.0.0:0", "0.0.0.0:8080"] {
        let told = reached("listen", whom, &["--allow-net", "127.0.0.1"]);
        assert!(told.starts_with("denied: "), "{told}");
        assert!(told.ends_with("guests serve nobody"), "{told}");
    }
}

#[test]
fn open_sockets_are_limited() {
    assert_eq!(reached("keep-sockets", "100", &[]), "100 sockets");
    assert_eq!(reached("use-sockets", "300", &[]), "300 sockets");
    let told = reached("keep-sockets", "101", &[]);
    let exceeded = "crashed: went beyond its limit open-files = 100; raise it with --open-files";
    assert_eq!(told, exceeded);
    let told = reached("keep-sockets", "101", &["--open-files", "101"]);
    assert_eq!(told, "101 sockets");
    let url = format!("url=http://{}", http(hello));
    let many = |count: &str| {
        let grants = ["--allow-http", &url[4..], "--open-files", "5"];
        returned("fetch_many", &[&url, &format!("count={count}")], &grants)
    };
    assert_eq!(many("5"), "5 responses");
    assert_eq!(many("6"), exceeded.replace("100", "5"));
}

#[test]
fn a_request_needs_a_grant_of_its_method_and_origin() {
    let url = format!("http://{}", http(echo));
    let get = format!("GET,HEAD {url}");
    let told = fetched(&format!("{url}/a?b=c"), &[], &["--allow-http", &get]);
    let host = url.trim_start_matches("http://");
    assert_eq!(told, format!("200 GET /a?b=c HTTP/1.1; host: {host}"));
    let told = fetched(&url, &["method=POST"], &["--allow-http", &url]);
    assert!(told.starts_with("200 POST / HTTP/1.1"), "{told}");
    let by_name = url.replace("127.0.0.1", "localhost");
    let told = fetched(&by_name, &[], &["--allow-http", &by_name]);
    assert!(told.starts_with("200 GET"), "{told}");

    for (asked, method) in [
        (&*url, "POST"),
        ("http://127.0.0.1:1", "GET"),
        ("http://127.0.0.1", "GET"),
        ("https://evil.example", "GET"),
        (&by_name, "GET"),
        (&url.replace("http:", "https:"), "GET"),
    ] {
        let told = fetched(
            asked,
            &[&format!("method={method}")],
            &["--allow-http", &get],
        );
        let denied = format!("ErrorCode::HttpRequestDenied: no {method} {asked} is granted");
        check_denied(
            &told,
            &denied,
            &format!("--allow-http \"{method} {asked}\""),
        );
    }
    // A grant of connections is none of requests, nor the other way round.
    let told = fetched(&url, &[], &["--allow-net", host]);
    check_denied(&told, "is granted", &format!("--allow-http \"GET {url}\""));
    let told = reached("connect", host, &["--allow-http", &url]);
    check_denied(&told, "is granted", &format!("--allow-net {host}"));
}

#[test]
fn every_hop_of_a_redirect_needs_a_grant() {
    let there = format!("http://{}", http(hello));
    let location = there.clone();
    let here = http(move |_, stream| {
        let _ = write!(
            stream,
            "HTTP/1.1 302 Found\r\nlocation: {location}/x\r\ncontent-length: 0\r\n\r\n"
        );
    });
    let here = format!("http://{here}");
    let both = ["--allow-http", &*here, "--allow-http", &there];
    assert_eq!(fetched(&here, &["follow=true"], &both), "200 hello");
    let told = fetched(&here, &["follow=true"], &both[..2]);
    let denied = format!("no GET {there} is granted");
    check_denied(&told, &denied, &format!("--allow-http \"GET {there}\""));
}

#[test]
fn responses_have_a_limit() {
    let address = http(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        let block = vec![b'x'; 1 << 16];
        for _ in 0..16 {
            if stream.write_all(&block).is_err() {
                return;
            }
        }
    });
    let url = format!("http://{address}");
    let grants = ["--allow-http", &*url];
    assert_eq!(fetched(&url, &[], &grants), "200, 1048576 bytes");
    let limited = [&grants[..], &["--http-response", "1000KiB"]].concat();
    let told = fetched(&url, &[], &limited);
    assert!(
        told.starts_with("denied: ErrorCode::HttpResponseBodySize"),
        "{told}"
    );
    let exceeded = "went beyond its limit http-response = 1000KiB; raise it with --http-response";
    assert!(told.ends_with(exceeded), "{told}");
}

/// Replies as `before` says, then says nothing more; tells when the other side is gone.
fn silent(before: &'static [u8]) -> (SocketAddr, Receiver<()>) {
    let (gone, is_gone): (Sender<()>, _) = mpsc::channel();
    let address = server(move |mut stream| {
        head(&mut stream);
        let _ = stream.write_all(before);
        while stream.read(&mut [0; 100]).is_ok_and(|count| count > 0) {}
        let _ = gone.send(());
    });
    (address, is_gone)
}

const NEVER_ALL: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello";

#[track_caller]
fn check_gone(is_gone: &Receiver<()>) {
    let closed = is_gone.recv_timeout(Duration::from_secs(20));
    assert!(closed.is_ok(), "the connection stays open");
}

#[test]
fn a_reply_that_stops_is_cut_off() {
    for before in [&b""[..], b"HTTP/1.1 200", NEVER_ALL] {
        let (address, is_gone) = silent(before);
        let url = format!("http://{address}");
        let told = fetched(&url, &["between=100"], &["--allow-http", &url]);
        assert_eq!(told, "failed: ErrorCode::ConnectionReadTimeout");
        check_gone(&is_gone);
    }
}

#[test]
fn a_guest_may_take_its_time_to_read() {
    let url = format!("http://{}", http(hello));
    let slow = ["between=500", "pause=700"];
    assert_eq!(fetched(&url, &slow, &["--allow-http", &url]), "200 hello");
}

#[test]
fn a_reply_that_drips_ends_with_its_attempt() {
    let address = server(|mut stream| {
        head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let url = format!("http://{address}");
    let config = folder("dripping").join("wflow.toml");
    let limits = "[tasks.requests.limits]\nwall-time = '400ms'";
    std::fs::write(&config, limits).expect("written");
    let config = config.display().to_string();
    let grants = ["--allow-http", &*url, "--config", &config];
    let told = fetched(&url, &["between=10000"], &grants);
    assert!(
        told.contains("went beyond its limit wall-time = 400ms"),
        "{told}"
    );
}

#[test]
fn a_reply_that_never_comes_ends_with_its_flow_run() {
    for before in [b"", NEVER_ALL] {
        let (address, is_gone) = silent(before);
        let url = format!("http://{address}");
        let parameter = format!("url={url}");
        let component = example("unruly");
        let run = wflow(&[
            "run",
            &component,
            "fetch",
            "-q",
            "--no-record",
            "-p",
            &parameter,
            "--allow-http",
            &url,
            "--timeout",
            "500ms",
        ]);
        assert_eq!(run.code, Some(3), "{run:?}");
        check_gone(&is_gone);
    }
}

#[test]
fn replies_that_are_none_are_failures() {
    for garbage in [
        &b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n"[..],
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"",
    ] {
        let url = format!(
            "http://{}",
            http(move |_, stream| {
                let _ = stream.write_all(garbage);
            })
        );
        let told = fetched(&url, &[], &["--allow-http", &url]);
        assert!(told.starts_with("failed: ErrorCode::"), "{told}");
    }
}

#[test]
fn headers_without_end_are_a_failure() {
    let url = format!(
        "http://{}",
        http(|_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            while stream
                .write_all(b"x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n")
                .is_ok()
            {}
        })
    );
    let told = fetched(&url, &[], &["--allow-http", &url]);
    assert!(told.starts_with("failed: ErrorCode::"), "{told}");
}

#[test]
fn requests_that_are_none_are_refused() {
    assert_eq!(
        returned("fetch_garbage", &[], &["--allow-http", "http://localhost"]),
        "taken: []"
    );
    for (sets, ended) in [
        ("sets=400", "total size of fields exceeds limit"),
        (
            "sets=600",
            "holds more than 500 requests and sets of headers at the same time",
        ),
    ] {
        let told = returned("keep_headers", &[sets], &[]);
        assert_eq!(told, format!("crashed: {ended}"));
    }
    let url = format!("http://{}", http(hello));
    for method in ["CONNECT", "`reboot`", "get"] {
        let told = fetched(
            &url,
            &[&format!("method={method}")],
            &["--allow-http", &url],
        );
        assert!(
            told.starts_with("failed: ErrorCode::HttpRequestMethodInvalid"),
            "{told}"
        );
    }
}

/// A server with a certificate for `localhost` that nobody trusts unless told so: `openssl req -x509
/// -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -addext subjectAltName=DNS:localhost -addext
/// basicConstraints=CA:FALSE -days 36500 -subj /CN=localhost`.
fn secure() -> SocketAddr {
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

#[test]
fn certificates_are_checked_for_the_name() {
    let port = secure().port();
    let component = example("unruly");
    let fetch = |host: &str, trusted: bool| {
        let origin = format!("https://{host}:{port}");
        let url = format!("url={origin}");
        let arguments = ["run", &component, "fetch", "-q", "--no-record", "-p", &url];
        let mut wflow = command(&[&arguments[..], &["--allow-http", &origin]].concat());
        if trusted {
            wflow.env("SSL_CERT_FILE", root().join("tests/tls/localhost.crt"));
        }
        let run = ended(wflow.output().expect("wflow starts"));
        assert_eq!(run.code, Some(0), "{run:?}");
        run.stdout
    };
    let told = fetch("localhost", true);
    assert!(told.contains("200 GET / HTTP/1.1"), "{told}");
    for (host, trusted) in [("localhost", false), ("127.0.0.1", true)] {
        let told = fetch(host, trusted);
        let is_refused = told.contains("TlsCertificateError") || told.contains("root certificates");
        assert!(is_refused, "{told}");
    }
}

/// Bytes that the task was given and gave, its arguments and its result left out.
#[track_caller]
fn check_measured(flow: &str, parameters: &[(&str, &str)], grant: &str, result: &str) {
    let component = example("unruly");
    let mut arguments = vec![
        "run".to_owned(),
        component,
        flow.into(),
        "--no-record".into(),
    ];
    for (name, json) in parameters {
        arguments.extend(["-p".into(), format!("{name}={json}")]);
    }
    arguments.push(grant.into());
    let arguments: Vec<_> = arguments.iter().map(|it| &**it).collect();
    let events = events(&arguments, 0);
    let is_task = |event: &&Value| event["event"] == "TaskRunFinished";
    let task = events.iter().find(is_task).expect("a task");
    assert_eq!(task["result"], result);
    let used = |bytes: &str| task["usage"][bytes].as_u64().expect("a number") as usize;
    let given: usize = parameters.iter().map(|(_, json)| json.len()).sum();
    let gave = result.len() + 2;
    let beside = (used("bytes_in") - given, used("bytes_out") - gave);
    assert_eq!(beside, ("pong".len(), "ping".len()), "{task}");
}

#[test]
fn what_is_sent_and_received_is_measured() {
    let whom = server(pong).to_string();
    let there = format!("\"{whom}\"");
    let grant = format!("--allow-net={whom}");
    let parameters = [("how", "\"connect\""), ("whom", &*there)];
    check_measured("reach", &parameters, &grant, "pong");

    let whom = pongs().to_string();
    let there = format!("\"{whom}\"");
    let grant = format!("--allow-net={whom}");
    let parameters = [("how", "\"send\""), ("whom", &*there)];
    check_measured("reach", &parameters, &grant, "pong");

    let url = format!(
        "http://{}",
        http(|_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npong");
        })
    );
    let parameters = [
        ("method", "\"POST\""),
        ("url", &*format!("\"{url}\"")),
        ("between", "0"),
        ("pause", "0"),
        ("follow", "false"),
    ];
    check_measured(
        "fetch",
        &parameters,
        &format!("--allow-http={url}"),
        "200 pong",
    );
}
