//! Variables and secrets: given to guests that are granted them, and shown to nobody.

use std::path::Path;

use wflow_host::journal::{Filter, Journal};

use crate::harness::{Ended, RUNNERS, command, ended, example, folder};

/// Made of what no name of a run and no id is made of.
const TOKEN: &str = r#"s3cr8"w0rz"#;
/// As JSON has it.
const ESCAPED: &str = r#"s3cr8\"w0rz"#;

/// Runs a flow of the unruly component in the folder, with the token in the environment.
fn run_in(folder: &Path, arguments: &[&str]) -> Ended {
    let component = example("unruly");
    let mut command = command(&["run", &component]);
    command.args(arguments).current_dir(folder);
    ended(command.env("TOKEN", TOKEN).output().expect("wflow starts"))
}

fn run(arguments: &[&str]) -> Ended {
    run_in(&crate::harness::root(), arguments)
}

#[track_caller]
fn check_result(ended: &Ended, result: &str) {
    let last = ended.stdout.lines().last();
    assert_eq!((ended.code, last), (Some(0), Some(result)), "{ended:?}");
}

/// Neither the log nor stdout has the secret, in whatever spelling.
#[track_caller]
fn check_masked(ended: &Ended) {
    for shown in [&ended.stdout, &ended.stderr] {
        for secret in [TOKEN, ESCAPED, r#"s3cr8\\\"w0rz"#, "s3cr8", "w0rz"] {
            assert!(!shown.contains(secret), "{secret}: {ended:?}");
        }
    }
}

/// The flow `tell` tells the token so, and ends with this code.
#[track_caller]
fn tell(telling: &str, code: i32) -> Ended {
    let telling = format!("telling={telling}");
    let arguments = ["tell", "-p", &telling, "--secret", "token=env:TOKEN"];
    for runner in RUNNERS {
        let options = ["--json", "--runner", runner];
        let events = run(&[&arguments[..], &options].concat());
        assert_eq!(events.code, Some(code), "{events:?}");
        check_masked(&events);
        assert!(events.stdout.contains("********"), "{events:?}");
    }
    let ended = run(&arguments);
    assert_eq!(ended.code, Some(code), "{ended:?}");
    check_masked(&ended);
    ended
}

#[test]
fn variables_are_json_or_text_and_options_come_before_the_file() {
    let folder = folder("variables");
    let config = r#"[grants]
vars = ["workers=1", "greeting=hello, you", 'region={"name": "north", "zones": 3}']"#;
    std::fs::write(folder.join("wflow.toml"), config).expect("written");
    let north = r#"{"name":"north","zones":3}"#;
    let ended = run_in(&folder, &["variables", "-q"]);
    check_result(&ended, &format!(r#"[1,"hello, you",{north}]"#));
    for runner in RUNNERS {
        let options = ["-q", "--var", "workers=4", "--runner", runner];
        let ended = run_in(&folder, &[&["variables"], &options[..]].concat());
        check_result(&ended, &format!(r#"[4,"hello, you",{north}]"#));
    }
    let ended = run_in(&folder, &["variables", "--var", "workers=many"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.stderr.contains("variable `workers`: invalid type"),
        "{ended:?}"
    );
}

#[test]
fn what_is_not_granted_is_denied_with_the_option_that_would_grant_it() {
    check_result(
        &run(&[
            "denied",
            "-q",
            "-p",
            "secret=true",
            "--secret",
            "x=env:TOKEN",
        ]),
        r#"["denied","no secret 'token' is granted; grant it with --secret token=env:NAME"]"#,
    );
    check_result(
        &run(&["denied", "-q", "-p", "secret=false", "--var", "x=1"]),
        r#"["denied","no variable 'workers' is granted; grant it with --var workers=JSON"]"#,
    );
}

#[test]
fn secrets_come_from_the_environment_a_file_or_a_command() {
    let folder = folder("secret_sources");
    std::fs::write(folder.join("token"), "swordfish\n").expect("written");
    let measured = |source: &str| {
        let secret = format!("token={source}");
        run_in(&folder, &["measured", "-q", "--secret", &secret])
    };
    check_result(&measured("env:TOKEN"), r#"[10,10,"********"]"#);
    check_result(&measured("file:token"), r#"[9,9,"********"]"#);
    check_result(
        &measured("cmd:echo first; printf '%s\n' second"),
        r#"[12,12,"********"]"#,
    );
}

#[test]
fn paths_in_the_config_begin_there_and_of_one_name_the_option_counts() {
    let folder = folder("secret_config");
    let config = folder.join("etc/wflow.toml");
    std::fs::create_dir(folder.join("etc")).expect("made");
    std::fs::write(folder.join("etc/token"), "swordfish").expect("written");
    std::fs::write(&config, "[grants]\nsecrets = ['token=file:token']").expect("written");
    let config = config.display().to_string();
    let measured = ["measured", "-q", "--config", &config];
    check_result(&run(&measured), r#"[9,9,"********"]"#);
    std::fs::remove_file(folder.join("etc/token")).expect("removed");
    let option = ["--secret", "token=env:TOKEN"];
    let ended = run(&[&measured[..], &option].concat());
    check_result(&ended, r#"[10,10,"********"]"#);
}

#[test]
fn a_secret_that_cannot_be_read_is_named_and_not_shown() {
    let folder = folder("wrong_secrets");
    std::fs::write(folder.join("short"), "\nfis\n").expect("written");
    std::fs::write(folder.join("empty"), "\n").expect("written");
    std::fs::write(folder.join("binary"), b"swordfish\xff").expect("written");
    let check = |source: &str, says: &str| {
        let secret = format!("token={source}");
        let ended = run_in(&folder, &["measured", "--secret", &secret]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        let says = format!("error: secret 'token': {says}");
        assert!(ended.stderr.starts_with(&says), "{ended:?}");
        assert!(!ended.stderr.contains("fis"), "{ended:?}");
    };
    check("env:NO_SUCH", "the variable NO_SUCH is not set");
    check("file:none", "cannot read none: ");
    check("file:short", "it has less than 4 bytes");
    check("file:empty", "it is empty");
    check("file:binary", "it is not UTF-8");
    check(
        "cmd:cat binary; exit 3",
        "its command failed (exit status: 3)",
    );
    check("cmd:true", "it is empty");
    for wrong in ["swordfish", "env:", "pass:swordfish"] {
        check(
            wrong,
            "say where it comes from: env:VAR, file:PATH or cmd:COMMAND",
        );
    }
}

#[test]
fn a_project_asks_by_name_and_never_says_where_the_operator_s_secrets_are() {
    let project = folder("secret_asking");
    let component = project.join("unruly.wasm");
    std::fs::copy(example("unruly"), &component).expect("copied");
    let config = r#"[grants]
vars = ["workers=4", "greeting=hello, you"]
secrets = ["token=cmd:touch 'read'", "other"]"#;
    std::fs::write(project.join("wflow.toml"), config).expect("written");
    let component = component.display().to_string();
    let measured = |grants: &[&str]| {
        let run = ["run", &component, "measured", "-q"];
        let mut command = command(&[&run, grants].concat());
        ended(command.env("TOKEN", TOKEN).output().expect("wflow starts"))
    };
    let refused = measured(&["--var=workers=5"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let says = r#"grant it with: --var 'greeting="hello, you"' --secret 'token=cmd:touch '\''read'\''' --secret other=env:NAME"#;
    assert!(refused.stderr.contains(says), "{refused:?}");
    let granted = measured(&[
        "--var=workers=5",
        "--var=greeting=hi",
        "--secret=token=env:TOKEN",
        "--secret=other=env:TOKEN",
    ]);
    check_result(&granted, r#"[10,10,"********"]"#);
    assert!(!project.join("read").exists());
}

#[test]
fn prints_are_masked_in_one_piece_or_several() {
    assert_eq!(tell("print", 0).stdout, "it is ********!\n\"told\"\n");
    assert_eq!(
        tell("print-in-pieces", 0).stdout,
        "it is ********!\n\"told\"\n"
    );
    let ended = tell("print-on-stderr", 0);
    assert!(ended.stderr.contains("it is ********!\n"), "{ended:?}");
}

#[test]
fn what_only_looks_like_the_beginning_of_a_secret_is_shown_in_the_end() {
    let ended = run(&[
        "tell",
        "-q",
        "-p",
        "telling=print-the-beginning",
        "--secret",
        "token=env:TOKEN",
    ]);
    assert_eq!(ended.stdout, "s3cr8\n\"told\"\n", "{ended:?}");
}

#[test]
fn logs_and_names_are_masked() {
    let ended = tell("log", 0);
    assert!(ended.stderr.contains(" - it is ********!"), "{ended:?}");
    let ended = tell("name", 0);
    assert!(ended.stderr.contains("'tells ********'"), "{ended:?}");
}

#[test]
fn failures_are_masked() {
    let ended = tell("error", 1);
    assert!(ended.stderr.contains("it is ********!"), "{ended:?}");
    let ended = tell("panic", 1);
    assert!(ended.stderr.contains("Crashed('panicked at"), "{ended:?}");
    assert!(ended.stderr.contains("it is ********!"), "{ended:?}");
}

#[test]
fn results_are_masked() {
    assert_eq!(tell("return", 0).stdout, "\"********\"\n");
    assert_eq!(
        tell("return-in-json", 0).stdout,
        r#""[\"********\"]""#.to_owned() + "\n"
    );
}

#[test]
fn without_secrets_nothing_is_kept_back_or_changed() {
    let ended = run(&["tell", "-q", "-p", "telling=print"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.stderr.contains("no secret 'token' is granted"),
        "{ended:?}"
    );
}

#[test]
fn a_file_that_happens_to_be_there_starts_no_command() {
    let folder = folder("secret_command");
    let config = "[grants]\nsecrets = [\"token=cmd:touch started; echo 12345678\"]";
    std::fs::write(folder.join("wflow.toml"), config).expect("written");
    let refused = run_in(&folder, &["hello"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.stderr.contains("give it with --secret"),
        "{refused:?}"
    );
    assert!(!folder.join("started").exists());

    let asked_for = run_in(&folder, &["hello", "--config", "wflow.toml"]);
    assert_eq!(asked_for.code, Some(0), "{asked_for:?}");
    assert!(folder.join("started").exists());
}

/// All that is recorded of the newest run in the folder's database, as text.
fn recorded(folder: &Path) -> String {
    let journal = Journal::open(&folder.join("wflow.db")).expect("a database");
    let newest = Filter {
        most: 1,
        ..Filter::default()
    };
    let run = journal.list(&newest).expect("runs").remove(0);
    let mut events = journal.events(&run).expect("events");
    for event in &mut events {
        journal.complete(event).expect("its values");
    }
    let events = serde_json::to_string(&events).expect("JSON");
    format!("{run:?} {events}")
}

#[test]
fn secrets_are_not_recorded() {
    let folder = folder("secrets-recorded");
    for telling in [
        "print",
        "log",
        "error",
        "panic",
        "return",
        "return-in-json",
        "name",
    ] {
        let telling = format!("telling={telling}");
        let told = ["tell", "-p", &telling, "--secret", "token=env:TOKEN"];
        run_in(&folder, &[&told[..], &["--db", "wflow.db"]].concat());
        let recorded = recorded(&folder);
        assert!(recorded.contains("********"), "{recorded}");
        for secret in ["s3cr8", "w0rz"] {
            assert!(!recorded.contains(secret), "{recorded}");
        }
    }
}

/// What was masked when it was recorded is made again.
#[test]
fn a_run_that_had_a_secret_is_resumed_with_the_secret() {
    let folder = folder("secrets-resumed");
    std::fs::create_dir(folder.join("out")).expect("made");
    let database = ["--db", "wflow.db"];
    let spend = ["spend", "--secret", "token=env:TOKEN", "--dir", "out::out"];
    let failed = run_in(&folder, &[&spend[..], &database].concat());
    assert_eq!(failed.code, Some(1), "{failed:?}");
    check_masked(&failed);
    std::fs::write(folder.join("out/go"), "").expect("written");
    let list = command(&["runs", "list", "--json", "--db", "wflow.db"])
        .current_dir(&folder)
        .output();
    let list = ended(list.expect("wflow starts"));
    let run: serde_json::Value = serde_json::from_str(list.stdout.trim()).expect("a run");
    let name = run["name"].as_str().expect("a name");
    let resumed = command(&["runs", "resume", name, "--db", "wflow.db"])
        .current_dir(&folder)
        .env("TOKEN", TOKEN)
        .output();
    let resumed = ended(resumed.expect("wflow starts"));
    check_result(&resumed, &TOKEN.len().to_string());
    check_masked(&resumed);
}
