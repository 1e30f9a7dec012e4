//! Runs `wflow` as a user does.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{LazyLock, Mutex};

pub(crate) const RUNNERS: [&str; 3] = ["sequential", "concurrent", "thread-pool"];

/// What a command printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// `wflow` with a cache folder of the tests' own.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wflow"));
    command
        .args(arguments)
        .current_dir(root())
        .env(
            "WFLOW_HOME",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("home"),
        )
        .stdin(Stdio::null());
    command
}

pub(crate) fn wflow(arguments: &[&str]) -> Ended {
    ended(command(arguments).output().expect("wflow starts"))
}

/// What Ctrl-C does.
pub(crate) fn interrupt(child: &Child) {
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.expect("kill exists").success());
}

pub(crate) fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The events of a run, which has to end with this code.
#[track_caller]
pub(crate) fn events(arguments: &[&str], code: i32) -> Vec<serde_json::Value> {
    let ended = wflow(&[arguments, &["--json"]].concat());
    assert_eq!(ended.code, Some(code), "{ended:?}");
    let lines = ended.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// An empty folder for one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the tests' folder can be written");
    folder
}

/// The component of an example, built once by `wflow build`.
pub(crate) fn example(name: &str) -> String {
    static BUILT: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);
    let mut built = BUILT.lock().expect("builds succeed");
    if let Some(path) = built.get(name) {
        return path.clone();
    }
    let ended = wflow(&["build", &format!("examples/{name}")]);
    let path = ended
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix("Built "));
    let path = path
        .unwrap_or_else(|| panic!("{name} does not build: {ended:?}"))
        .to_owned();
    built.insert(name.to_owned(), path.clone());
    path
}

/// Says what a test found, also where it passes: only what is printed is kept back.
pub(crate) fn tell(found: &str) {
    let _ = writeln!(std::io::stderr(), "{found}");
}
