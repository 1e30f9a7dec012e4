//! WASI commands as tasks: components, and modules of WASI preview 1.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Ended, RUNNERS, example, folder, wflow};

/// A command that copies its stdin.
fn copier(place: &Path) -> PathBuf {
    let module = wat::parse_str(include_str!("commands.wat")).expect("a module");
    let path = place.join("copy.wasm");
    fs::write(&path, module).expect("written");
    path
}

/// Runs a flow that calls commands, with these lines of `wflow.toml`.
fn run(place: &Path, toml: &str, words: &[&str]) -> Ended {
    let config = place.join("wflow.toml");
    fs::write(&config, toml).expect("written");
    let (unruly, config) = (example("unruly"), config.display().to_string());
    wflow(&[&["run", &unruly], words, &["--config", &config, "-q"]].concat())
}

#[track_caller]
fn check(ended: &Ended, result: &str) {
    assert_eq!(ended.stdout.lines().last(), Some(result), "{ended:?}");
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[track_caller]
fn check_fails(ended: &Ended, code: i32, says: &str) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert!(ended.stderr.contains(says), "{ended:?}");
}

const LETTERS: &str = "args = ['{most}']\nstdin = 'text'\nresult = 'json'\n";

#[test]
fn a_component_is_a_task() {
    let place = folder("commands_component");
    fs::copy(example("letters"), place.join("letters.wasm")).expect("copied");
    let toml = format!("[commands.letters]\ncomponent = 'letters.wasm'\n{LETTERS}");
    let words = ["letters", "-p", "text=abracadabra", "-p", "most=2"];
    for runner in RUNNERS {
        let ended = run(&place, &toml, &[&words[..], &["--runner", runner]].concat());
        check(&ended, r#"[["a",5],["b",2]]"#);
    }
}

#[test]
fn a_module_of_preview_1_is_a_task() {
    let place = folder("commands_module");
    copier(&place);
    let toml = "[commands.copy]\ncomponent = 'copy.wasm'\nstdin = 'text'";
    let words = ["echoes", "-p", "command=copy", "-p"];
    check(
        &run(&place, toml, &[&words[..], &["text=größer"]].concat()),
        r#""größer""#,
    );
    let nothing = run(&place, toml, &[&words[..], &["text="]].concat());
    // Status 1 is all that WASI 0.2 tells of one that is not 0.
    check_fails(
        &nothing,
        1,
        "exited with status 1: there is nothing to copy",
    );
}

#[test]
fn a_command_reads_a_file_that_is_granted() {
    let place = folder("commands_file");
    copier(&place);
    let texts = place.join("texts");
    fs::create_dir(&texts).expect("made");
    fs::write(texts.join("a.txt"), "a text").expect("written");
    fs::write(place.join("secret.txt"), "a secret").expect("written");
    std::os::unix::fs::symlink("../secret.txt", texts.join("link.txt")).expect("linked");
    let granted = "grants.dirs = ['texts::texts:ro']\n";
    let toml = "[commands.copy]\ncomponent = 'copy.wasm'\nstdin-file = 'texts/{name}.txt'";
    let with_grant = format!("{granted}{toml}");
    let words = |name: &str| ["echoes_file", "-p", "command=copy", "-p", name].map(str::to_owned);
    let read = |toml: &str, name: &str| {
        let words = words(&format!("name={name}"));
        run(&place, toml, &words.each_ref().map(|word| &**word))
    };
    check(&read(&with_grant, "a"), r#""a text""#);
    let missing = "no folder is granted for texts/a.txt; grant it with --dir HOST::texts:ro";
    check_fails(&read(toml, "a"), 1, missing);
    for outside in ["link", "../secret", "/../secret"] {
        check_fails(&read(&with_grant, outside), 1, "cannot read texts/");
    }
}

#[test]
fn what_is_no_command_is_refused() {
    let place = folder("commands_refused");
    fs::copy(example("primes"), place.join("primes.wasm")).expect("copied");
    fs::copy(example("letters"), place.join("letters.wasm")).expect("copied");
    let refused = |lines: &str, says: &str| {
        let toml = format!("[commands.it]\n{lines}");
        check_fails(&run(&place, &toml, &["nowhere"]), 2, says);
    };
    refused("component = 'none.wasm'", "cannot read");
    refused("component = 'primes.wasm'", "it is no WASI command");
    let letters = "component = 'letters.wasm'\n";
    let with = |lines: &str| format!("{letters}{lines}");
    refused(
        &with("args = ['{most']"),
        "the command 'it': its args: '{most' has a '{'",
    );
    refused(
        &with("defaults = { most = 1 }"),
        "a default of 'most', which none of its args names",
    );
    refused(
        &with("stdin = 'a'\nstdin-file = 'b'"),
        "both stdin and stdin-file",
    );
    refused(
        &with("options = { retires = 1 }"),
        "unknown field `retires`",
    );
    refused(&with("arguments = []"), "unknown field `arguments`");
    let flow = wflow(&["run", &example("letters")]);
    check_fails(
        &flow,
        2,
        "it is a WASI command, which can be a task of a flow",
    );
}

#[test]
fn its_options_and_defaults_are_those_of_a_task() {
    let place = folder("commands_options");
    fs::copy(example("letters"), place.join("letters.wasm")).expect("copied");
    let toml = format!(
        "[commands.letters]\ncomponent = 'letters.wasm'\n{LETTERS}\
         options = {{ retries = 1, tags = ['cheap'] }}"
    );
    let words = ["letters", "-p", "text=a", "-p", "most=1", "-v"];
    let ended = run(&place, &toml, &words);
    check(&ended, r#"[["a",1]]"#);
    let silent = toml
        .replace("'{most}'", "'none'")
        .replace("stdin", "defaults = { }\nstdin");
    let failed = run(
        &place,
        &silent,
        &["letters", "-p", "text=a", "-p", "most=1"],
    );
    check_fails(&failed, 1, "there is no parameter 'most'");
}
