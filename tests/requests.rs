//! HTTP requests of guests: which are granted, and how replies that are none come to an end.

use std::io::Write;
use std::sync::mpsc::Receiver;
use std::thread::sleep;
use std::time::Duration;

use crate::harness::{command, ended, example, folder, root, wflow};
use crate::network::{check_denied, reached, returned};
use crate::servers::{echo, head, hello, http, secure, server, silent};

#[track_caller]
fn fetched(url: &str, parameters: &[&str], options: &[&str]) -> String {
    let url = format!("url={url}");
    returned("fetch", &[&[&*url], parameters].concat(), options)
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
    let url = format!(
        "http://{}",
        http(|_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
            sleep(Duration::from_millis(100));
            let _ = stream.write_all(b"hello");
        })
    );
    let slow = ["between=500", "pause=700"];
    assert_eq!(fetched(&url, &slow, &["--allow-http", &url]), "200 hello");
}

#[test]
fn a_reply_that_drips_ends_with_its_attempt() {
    let address = server(|mut stream| {
        head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            sleep(Duration::from_millis(20));
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
