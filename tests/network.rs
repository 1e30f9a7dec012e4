//! What guests reach of the network: what is granted, and nothing else.

use serde_json::Value;

use crate::harness::{events, example, wflow};
use crate::servers::{hello, http, pong, pongs, server};

/// What the flow returned.
#[track_caller]
pub(crate) fn returned(flow: &str, parameters: &[&str], options: &[&str]) -> String {
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
pub(crate) fn reached(how: &str, whom: &str, options: &[&str]) -> String {
    let (how, whom) = (format!("how={how}"), format!("whom=\"{whom}\""));
    returned("reach", &[&how, &whom], options)
}

/// The failure is a denial that names what would grant it.
#[track_caller]
pub(crate) fn check_denied(told: &str, what: &str, grant: &str) {
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
    let address = server(drop);
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
    assert_eq!(reached("reuse-sockets", "300", &[]), "300 sockets");
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
