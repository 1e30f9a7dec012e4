//! Options, the operator's `wflow.toml`, the project's, the code: who decides what.

use std::net::TcpListener;
use std::path::Path;

use crate::harness::{Ended, command, ended, example, folder, root, wflow};

/// Runs `wflow` in the folder, with this `wflow.toml` there.
fn with_config(folder: &Path, config: &str, arguments: &[&str]) -> Ended {
    std::fs::write(folder.join("wflow.toml"), config).expect("written");
    let output = command(arguments).current_dir(folder).output();
    ended(output.expect("wflow starts"))
}

#[track_caller]
fn check_refusal(ended: &Ended, says: &str) {
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains(says), "{ended:?}");
}

#[test]
fn the_runner_is_the_option_s_before_the_file_s_before_the_code_s() {
    let (folder, primes) = (folder("precedence"), example("primes"));
    let run = ["run", &primes, "-p", "limit=4000"];
    for (config, option, runner) in [
        ("", None, "ThreadPoolTaskRunner"),
        ("runner = 'sequential'", None, "SequentialTaskRunner"),
        (
            "runner = 'sequential'",
            Some("--runner=concurrent"),
            "ConcurrentTaskRunner",
        ),
    ] {
        let arguments: Vec<_> = run.into_iter().chain(option).collect();
        let ended = with_config(&folder, config, &arguments);
        assert!(
            ended.stderr.contains(&format!("Starting '{runner}'")),
            "{ended:?}"
        );
    }
}

#[test]
fn a_config_that_is_wrong_is_named_with_the_place() {
    let folder = folder("wrong_config");
    let check = |config: &str, says: &[&str]| {
        let ended = with_config(&folder, config, &["run", "x.wasm"]);
        for says in says {
            check_refusal(&ended, says);
        }
    };
    check(
        "runer = 'sequential'",
        &["wflow.toml", "unknown field `runer`", "line 1"],
    );
    check("runner = 'parallel'", &["unknown variant `parallel`"]);
    check("timeout = 'soon'", &["wflow.toml", "line 1"]);
    check("memory = 'lots'", &["wflow.toml", "line 1"]);
    check("[grants]\nenv = ['A']", &["A: expected NAME=VALUE"]);
    check("[grants]\ndirs = ['none']", &["there is no such folder"]);
    let ended = wflow(&["run", "x.wasm", "--config", "no/such.toml"]);
    check_refusal(&ended, "cannot read no/such.toml");
}

#[test]
fn limits_of_the_config_hold() {
    let (folder, unruly) = (folder("limits"), example("unruly"));
    let hoard = ["run", &unruly, "propagate", "-p", "misbehaviour=hoard"];
    let ended = with_config(&folder, "[limits]\nmemory = '32MiB'", &hoard);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("its limit memory = 32MiB; raise it with --memory"),
        "{ended:?}"
    );
}

#[test]
fn grants_come_from_the_operator_s_config() {
    let (folder, unruly) = (folder("granting"), example("unruly"));
    let run = [
        "run",
        &unruly,
        "propagate",
        "-q",
        "-p",
        "misbehaviour=read-env",
    ];
    let ended = with_config(&folder, "[grants]\nenv = ['A=1', 'B=2=3']", &run);
    let seen = r#""[(\"A\", \"1\"), (\"B\", \"2=3\")]""#;
    assert_eq!(ended.stdout.trim_end(), seen, "{ended:?}");
}

#[test]
fn what_a_project_asks_for_is_refused_with_the_options_that_would_grant_it() {
    let ended = wflow(&["run", "examples/thumbnails"]);
    check_refusal(
        &ended,
        "grant it with: --dir examples/thumbnails/images::images:ro --dir examples/thumbnails/out::out",
    );
    let half = [
        "--dir",
        "examples/thumbnails/images::images:ro",
        "--dir",
        "examples/thumbnails/out::out:ro",
    ];
    let ended = wflow(&[&["run", "examples/thumbnails"], &half[..]].concat());
    check_refusal(&ended, "grant it with: --dir examples/thumbnails/out::out");
}

#[test]
fn a_project_lowers_limits_and_raises_none() {
    let project = folder("asking");
    let component = project.join("primes.wasm");
    std::fs::copy(example("primes"), &component).expect("copied");
    let config = "[limits]\nmemory = '1GiB'\n[grants]\nenv = ['TOKEN=x']\nnet = ['example.org:443']\n\
         http = ['GET example.org']";
    std::fs::write(project.join("wflow.toml"), config).expect("written");
    let component = component.display().to_string();
    let ended = wflow(&["run", &component, "-p", "limit=4000"]);
    check_refusal(
        &ended,
        "grant it with: --memory 1GiB --env TOKEN=x --allow-net example.org:443 \
         --allow-http 'GET https://example.org'",
    );
    std::fs::write(project.join("wflow.toml"), "[limits]\nmemory = '1MiB'").expect("written");
    let ended = wflow(&["run", &component, "-p", "limit=4000"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("its limit memory = 1MiB; its project has lowered it"),
        "{ended:?}"
    );
}

#[test]
fn code_and_submits_lower_limits_and_raise_none() {
    let unruly = example("unruly");
    let run = |bytes: &str, limit: &str| {
        let parameters = ["-p", bytes, "-p", limit];
        wflow(&[&["run", &unruly, "lowered"], &parameters[..]].concat())
    };
    let ended = run("bytes=10000", "limit=20000");
    assert_eq!(ended.stdout, "10000\n", "{ended:?}");
    for (bytes, limit, beyond) in [
        ("bytes=10001", "limit=null", "10000B"),
        ("bytes=10001", "limit=20000", "10000B"),
        ("bytes=10000", "limit=4096", "4KiB"),
    ] {
        let ended = run(bytes, limit);
        let says = format!("its limit result = {beyond}; its project has lowered it");
        assert!(ended.stderr.contains(&says), "{says}: {ended:?}");
        assert_eq!(ended.stdout, "", "{ended:?}");
    }
}

#[test]
fn nobody_is_granted_what_wflow_relies_on() {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("home/cache");
    std::fs::create_dir_all(&home).expect("made");
    let inside = format!("{}::x:ro", home.display());
    check_refusal(
        &wflow(&["run", "x.wasm", "--dir", &inside]),
        "wflow relies on",
    );
    check_refusal(
        &wflow(&["run", "x.wasm", "--dir", "/::x:ro"]),
        "wflow relies on",
    );
    // A guest that writes here could leave a wflow.toml behind.
    let ended = wflow(&["run", "x.wasm", "--dir", ".::x"]);
    check_refusal(&ended, "wflow relies on");
    let ended = wflow(&["run", "x.wasm", "--dir", "wit::wit"]);
    check_refusal(&ended, "cannot read x.wasm");
}

#[test]
fn a_guest_connects_to_what_is_granted_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    let port = address.rsplit_once(':').expect("a port").1;
    let unruly = example("unruly");
    let parameter = format!("address={address}");
    let connect = [
        "run",
        &unruly,
        "propagate",
        "-q",
        "-p",
        "misbehaviour=connect",
        "-p",
        &parameter,
    ];
    let granted = |net: Option<&str>| {
        let net = net.map(|host| format!("--allow-net={host}"));
        wflow(
            &connect
                .into_iter()
                .chain(net.as_deref())
                .collect::<Vec<_>>(),
        )
    };
    for allowed in [
        address.clone(),
        "127.0.0.1".into(),
        format!("localhost:{port}"),
    ] {
        let ended = granted(Some(&allowed));
        assert_eq!(ended.code, Some(0), "{allowed}: {ended:?}");
    }
    for denied in [None, Some("127.0.0.1:1"), Some("192.0.2.1")] {
        let ended = granted(denied);
        assert_eq!(ended.code, Some(1), "{denied:?}: {ended:?}");
    }
}

#[test]
fn clocks_stand_still_and_random_numbers_come_from_a_seed_where_the_operator_says_so() {
    let unruly = example("unruly");
    let learned = |options: &[&str]| -> Vec<(u64, u64, u64)> {
        let ended = wflow(&[&["run", &unruly, "learned", "-q"], options].concat());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        serde_json::from_str(&ended.stdout).expect("numbers")
    };
    let alike = ["--clock", "2026-01-01T00:00:00Z", "--random", "42"];
    let [one, other] = [learned(&alike), learned(&alike)];
    assert_eq!(one, other);
    assert!(
        one.iter()
            .all(|&(second, _, took)| (second, took) == (1_767_225_600, 0)),
        "{one:?}"
    );
    // But each run has numbers of its own.
    let mut numbers: Vec<_> = one.iter().map(|(_, number, _)| number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
    assert_ne!(learned(&[&alike[..3], &["43"]].concat()), one);
    let real = learned(&[]);
    assert!(
        real.iter()
            .all(|&(second, _, took)| second > 1_767_225_600 && took >= 19),
        "{real:?}"
    );
}

#[test]
fn code_that_says_what_it_needs_gets_that_alone() {
    let unruly = example("unruly");
    let narrowed = |granted: &[&str]| {
        let ended = wflow(&[&["run", &unruly, "narrowed", "-q"], granted].concat());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        serde_json::from_str::<(String, String)>(&ended.stdout).expect("two texts")
    };
    // Cargo says where the tests' folder is; nobody need know.
    let secret = ["--secret", "token=env:CARGO_MANIFEST_DIR"];
    let both = [&["--var", "whose=mine"], &secret[..]].concat();
    let (needy, modest) = narrowed(&both);
    assert_eq!(needy, "mine");
    assert!(
        modest.contains("no variable 'whose' is granted"),
        "{modest}"
    );
    let (needy, _) = narrowed(&secret);
    let missing = "needs what is not granted; grant it with: --var whose=JSON";
    assert!(needy.contains(missing), "{needy}");
    let inspected = wflow(&["inspect", &unruly, "--var", "whose=mine"]);
    let line = "    needs: var whose, secret token; missing: --secret token=env:NAME";
    assert!(
        inspected.stdout.lines().any(|shown| shown == line),
        "{inspected:?}"
    );
    let gets = wflow(&[&["inspect", &unruly], &both[..]].concat());
    let line = "    gets: var whose, secret token";
    assert!(gets.stdout.lines().any(|shown| shown == line), "{gets:?}");
}

#[test]
fn the_stack_is_as_deep_as_the_operator_says() {
    let unruly = example("unruly");
    let recursing = |options: &[&str]| {
        let run = ["run", &unruly, "recursing", "-p", "depth=200000", "-q"];
        wflow(&[&run[..], options].concat())
    };
    let shallow = recursing(&[]);
    let says = "recursed too deeply for its stack; raise that with --stack";
    assert!(shallow.stderr.contains(says), "{shallow:?}");
    let deep = recursing(&["--stack", "64MiB"]);
    assert_eq!(deep.code, Some(0), "{deep:?}");
}

#[test]
fn the_readme_names_every_setting() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("text");
    for setting in [
        "runner",
        "max-workers",
        "max-concurrency",
        "concurrency-limits",
        "memory",
        "timeout",
        "dirs",
        "env",
        "net",
        "http",
        "vars",
        "secrets",
    ] {
        assert!(readme.contains(&format!("{setting} = ")), "{setting}");
    }
}

/// The page and the code say the same.
#[test]
fn the_page_of_the_sandbox_names_every_limit_and_its_default() {
    let page = std::fs::read_to_string(root().join("host/SANDBOX.md")).expect("text");
    for cap in wflow_host::model::Cap::ALL {
        let row = format!("| `{}` | {} |", cap.name(), cap.shown(cap.default()));
        assert!(page.contains(&row), "{row}");
    }
}
