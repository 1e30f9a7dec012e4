//! Flows and tasks in Python: the examples, what is built when, and what is said where it cannot be.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::harness::{Ended, RUNNERS, command, ended, events, folder, root, wflow};

/// A folder with examples that import each other's flows into one component: each build takes long.
fn examples() -> &'static str {
    static FOLDER: OnceLock<String> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = folder("python_examples");
        for name in ["print_values.py", "primes.py"] {
            copy(&root().join("examples").join(name), &folder);
        }
        write(&folder, "flow.py", "import primes\nimport print_values\n");
        folder.display().to_string()
    })
}

fn copy(file: &Path, folder: &Path) {
    let name = file.file_name().expect("a file");
    fs::copy(file, folder.join(name)).expect("copied");
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("written");
}

/// What is printed, piece by piece, and the time of each.
fn printed(events: &[serde_json::Value]) -> Vec<(String, jiff::Timestamp)> {
    let printed = events.iter().filter(|event| event["event"] == "Printed");
    let pieces = printed.map(|event| {
        let at = event["at"].as_str().and_then(|at| at.parse().ok());
        let text = event["text"].as_str().expect("a text").to_owned();
        (text, at.expect("a time"))
    });
    pieces.collect()
}

fn texts(printed: &[(String, jiff::Timestamp)]) -> String {
    printed.iter().map(|(text, _)| &**text).collect()
}

#[test]
fn two_runs_print_at_the_same_time() {
    for runner in ["concurrent", "thread-pool"] {
        let run = ["run", examples(), "my_flow", "--runner", runner];
        let events = events(&run, 0);
        let printed = printed(&events);
        let first: String = texts(&printed[..20]);
        for pair in first.split_inclusive('\r').collect::<Vec<_>>().chunks(2) {
            let mut pair = pair.to_vec();
            pair.sort_unstable();
            assert_eq!(pair, ["AAAA\r", "BBBB\r"], "{runner}: {first:?}");
        }
        assert_eq!(texts(&printed[20..]), "AAAA\r".repeat(5), "{runner}");
        let took = printed[24].1.duration_since(printed[0].1);
        let apart = jiff::SignedDuration::from_millis(7000);
        assert!(took >= apart && took < apart * 2, "{runner}: {took:?}");
    }
}

#[test]
fn one_run_prints_after_the_other_on_the_sequential_runner() {
    let ended = wflow(&["run", examples(), "my_flow", "--runner", "sequential"]);
    let all = ["AAAA\r".repeat(15), "BBBB\r".repeat(10)].concat();
    assert_eq!(ended.stdout, all);
    for says in [
        "Starting 'SequentialTaskRunner'",
        "' - Executing 'print_values-",
        "Finished in state Completed('All states completed.')",
    ] {
        assert!(ended.stderr.contains(says), "{says}: {}", ended.stderr);
    }
}

#[test]
fn primes_are_counted_on_every_runner() {
    for runner in RUNNERS {
        let limit = ["-p", "limit=20000", "-p", "parts=4", "-q"];
        let run = ["run", examples(), "primes", "--runner", runner];
        let ended = wflow(&[&run[..], &limit].concat());
        assert_eq!(ended.stdout.lines().last(), Some("2262"), "{ended:?}");
        assert_eq!(ended.stdout.lines().count(), 4 * 5 + 1, "{ended:?}");
    }
}

#[test]
fn an_async_flow_awaits_one_run_and_then_two_at_once() {
    let events = events(&["run", "examples/async_values.py"], 0);
    let printed = printed(&events);
    assert_eq!(texts(&printed[..2]), "1 2 ");
    for (pair, expected) in printed[2..].chunks(2).zip(["a6", "b7", "c8", "d9"]) {
        let mut pair: Vec<_> = pair.iter().map(|(text, _)| text.trim_end()).collect();
        pair.sort_unstable_by_key(|text| text.parse::<u8>().is_ok());
        assert_eq!(pair.concat(), expected);
    }
    let took = printed[9].1.duration_since(printed[0].1);
    assert!(took < jiff::SignedDuration::from_secs(7), "{took:?}");
}

/// A build that nothing has changed for asks nobody: also without a Python there is a component.
#[test]
fn what_was_built_needs_no_python() {
    let run = ["run", examples(), "primes", "-p", "limit=100", "-q"];
    assert_eq!(wflow(&run).code, Some(0));
    let mut command = command(&run);
    command.env("PATH", "/nowhere");
    let ended = ended(command.output().expect("wflow starts"));
    assert_eq!(ended.stdout.lines().last(), Some("25"), "{ended:?}");
}

/// What a file that does not build makes `wflow build` say.
#[track_caller]
fn check(test: &str, files: &[(&str, &str)], says: &[&str]) {
    let folder = folder(test);
    for (name, text) in files {
        write(&folder, name, text);
    }
    let flow = folder.join("flow.py").display().to_string();
    let ended = wflow(&["build", &flow]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    for says in says {
        assert!(ended.stderr.contains(says), "{says}: {}", ended.stderr);
    }
    for never in ["componentize_py.script", "Stack backtrace", "importlib"] {
        assert!(!ended.stderr.contains(never), "{}", ended.stderr);
    }
}

#[test]
fn what_is_no_python_is_shown_with_its_line() {
    let says = ["does not build:", "File \"flow.py\", line 2", "SyntaxError"];
    check("python_syntax", &[("flow.py", "x = 1\ny = x +\n")], &says);
    let files = [("flow.py", "import parts"), ("parts.py", "def f(:\n")];
    let says = ["File \"parts.py\", line 1", "SyntaxError"];
    check("python_syntax_of_another", &files, &says);
}

#[test]
fn what_the_code_raises_is_shown_with_its_line() {
    let code = "from wflow import task\n\n\n@task(retry=2)\ndef f() -> None:\n    pass\n";
    let says = [
        "TypeError: @task f: there is no option 'retry'; did you mean 'retries'?",
        "File \"flow.py\", line 4",
    ];
    check("python_raises", &[("flow.py", code)], &says);
}

/// The command in an environment of its own, where nothing was set up yet.
fn without(home: &Path, path: &Path, arguments: &[&str]) -> Ended {
    let mut command = command(arguments);
    command
        .env("WFLOW_HOME", home)
        .env("PATH", path)
        .env("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
        .env("PIP_RETRIES", "0")
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    ended(command.output().expect("wflow starts"))
}

fn system_path() -> PathBuf {
    std::env::var_os("PATH").map(PathBuf::from).expect("a PATH")
}

#[test]
fn without_the_network_the_error_says_what_to_do_and_nothing_is_left() {
    let home = folder("python_offline");
    let flow = ["build", "examples/print_values.py"];
    let ended = without(&home, &system_path(), &flow);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.stderr.contains("PIP_INDEX_URL names, within reach?"),
        "{ended:?}"
    );
    let tools = fs::read_dir(home.join("cache/tools")).expect("the lock is there");
    let left: Vec<_> = tools
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["tools.lock"]);
}

#[test]
fn without_python_the_error_says_what_to_install() {
    let home = folder("python_missing");
    let flow = ["build", "examples/print_values.py"];
    let ended = without(&home, Path::new("/nowhere"), &flow);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.stderr.contains("install Python 3.9 or newer"),
        "{ended:?}"
    );
    let ended = without(&home, Path::new("/nowhere"), &["doctor", "--json"]);
    let languages: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(languages[1]["language"], "Python");
    assert_eq!(languages[1]["checks"][0]["state"], "missing");
}

#[test]
fn a_folder_that_is_no_project_is_told_what_one_has() {
    let folder = folder("no_project").display().to_string();
    let ended = wflow(&["build", &folder]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("none of Cargo.toml, flow.py"),
        "{ended:?}"
    );
}

/// The same file without wflow: threads of one process.
#[test]
fn a_file_runs_in_plain_python() {
    let output = Command::new("python3")
        .arg("examples/print_values.py")
        .current_dir(root())
        .env("PYTHONPATH", root().join("guest-sdk/python/src"))
        .output()
        .expect("Python is installed");
    let ended = ended(output);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // Two threads print: what follows a word may be the other's.
    assert_eq!(ended.stdout.matches("AAAA").count(), 15, "{ended:?}");
    assert_eq!(ended.stdout.matches("BBBB").count(), 10, "{ended:?}");
}
