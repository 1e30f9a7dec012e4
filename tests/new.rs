//! `wflow new` makes a project that runs as it stands, or nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Ended, command, root, wflow};

/// A place for the new projects of one test, with nothing of earlier test runs in it.
fn place(test: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("new")
        .join(test);
    if place.exists() {
        fs::remove_dir_all(&place).expect("the tests' own folder");
    }
    fs::create_dir_all(&place).expect("the tests' folder can be written");
    place
}

/// Outlasts the projects, so that later test runs find the dependencies compiled. The examples' builds
/// do not help: their profile is another one.
fn kept_builds() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("new/target")
}

fn new(folder: &Path) -> Ended {
    wflow(&["new", &folder.display().to_string()])
}

/// A new project runs as it stands, and its copy of the SDK is whole.
#[track_caller]
fn check_language(language: &str, sdk: &str) {
    let folder = place(language).join("first-flow");
    let made = wflow(&["new", "--lang", language, &folder.display().to_string()]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let ran = wflow(&["run", &folder.display().to_string()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stdout, "35\n", "{ran:?}");
    let copy = folder.join("vendor/wflow");
    assert_eq!(files(&copy, sdk), files(&root(), sdk));
}

/// The error is one line that says this.
#[track_caller]
fn check(folder: &Path, says: &str) {
    let ended = new(folder);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert!(ended.stderr.contains(says), "{ended:?}");
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("a folder").next().is_none()
}

/// The files of a folder and of those in it, without tests and checks, by their paths from `base`.
fn files(base: &Path, folder: &str) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(base.join(folder)).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name();
        let path = format!("{folder}/{}", name.display());
        if ["tests", "check", "__pycache__"].contains(&&*name.to_string_lossy()) {
            continue;
        }
        match entry.path().is_dir() {
            true => files.extend(self::files(base, &path)),
            false => drop(files.insert(path)),
        }
    }
    files
}

#[test]
fn a_new_project_runs_as_it_stands() {
    let folder = place("runs").join("flows/first-flow");
    let made = new(&folder);
    assert_eq!(made.code, Some(0), "{made:?}");
    let says = format!("run it with: wflow run {}\n", folder.display());
    assert!(made.stderr.ends_with(&says), "{made:?}");
    // The versions that the other guests have been built with: so this needs no network.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a copy");
    let ran = command(&["run", &folder.display().to_string()])
        .env("CARGO_TARGET_DIR", kept_builds())
        .output()
        .expect("wflow starts");
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "35\n", "{ran:?}");
}

#[test]
fn a_new_project_has_the_whole_sdk() {
    let folder = place("sdk").join("flow");
    assert_eq!(new(&folder).code, Some(0));
    let copy = folder.join("vendor/wflow");
    for part in ["wit", "guest-sdk/rust"] {
        assert_eq!(files(&copy, part), files(&root(), part));
    }
}

#[test]
fn a_new_python_project_runs_as_it_stands() {
    check_language("python", "guest-sdk/python/src/wflow");
}

#[test]
fn a_new_javascript_project_runs_as_it_stands() {
    check_language("js", "guest-sdk/js/src");
}

#[test]
fn a_new_typescript_project_runs_as_it_stands() {
    check_language("ts", "guest-sdk/js/src");
}

#[test]
fn a_new_c_project_runs_as_it_stands() {
    check_language("c", "guest-sdk/c");
}

#[test]
fn a_new_go_project_runs_as_it_stands() {
    check_language("go", "guest-sdk/go");
}

#[test]
fn what_only_the_sdks_tests_need_stays_behind() {
    let folder = place("manifest").join("flow");
    assert_eq!(new(&folder).code, Some(0));
    let read = |folder: &Path| fs::read_to_string(folder.join("guest-sdk/rust/Cargo.toml"));
    let whole = read(&root()).expect("text");
    let (needed, rest) = whole.split_once("\n[dev-dependencies]").expect("tests");
    let copy = read(&folder.join("vendor/wflow")).expect("text");
    assert_eq!(copy, needed);
    assert!(!rest.contains("\n["), "the copy lacks more: {rest}");
}

#[test]
fn nothing_is_overwritten() {
    let folder = place("exists");
    check(&folder, "exists, and wflow new overwrites nothing");
    assert!(is_empty(&folder));
    let file = folder.join("file");
    fs::write(&file, "mine").expect("the tests' folder can be written");
    check(&file, "exists, and wflow new overwrites nothing");
    check(&file.join("flow"), "choose a place that can be written");
    assert_eq!(fs::read_to_string(file).expect("text"), "mine");
}

#[test]
fn a_name_is_a_package_name() {
    let place = place("names");
    for (name, similar) in [
        ("2nd flow!", "nd-flow"),
        ("größe", "gr--e"),
        ("_", "my-flow"),
        (".hidden", "hidden"),
        ("..", "../my-flow"),
        ("wflow-sdk", "my-wflow-sdk"),
    ] {
        let says = format!("try: wflow new {}", place.join(similar).display());
        check(&place.join(name), &says);
    }
    assert!(is_empty(&place));
}

/// A limit on the size of files stands for a full disk.
#[test]
fn half_a_project_is_removed() {
    let place = place("half");
    let limited = r#"trap '' XFSZ; ulimit -f 1; exec "$0" new flows/first"#;
    let ended = Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_wflow")])
        .current_dir(&place)
        .output()
        .expect("a shell");
    assert_eq!(ended.status.code(), Some(2), "{ended:?}");
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(stderr.contains("cannot write flows/first/"), "{stderr}");
    assert!(!place.join("flows/first").exists());
}
