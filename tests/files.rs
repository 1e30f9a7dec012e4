//! What guests may do with files, and how they are told where they may not.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{command, ended as ended_as, events, example, folder, wflow};

/// Steps, how the task that takes them has to end, and what is said of that.
type Case<'a> = (Value, &'a str, &'a str);

/// How tasks end that take these steps at the same time.
#[track_caller]
fn ended(dirs: &[String], runner: &str, tasks: &Value) -> Vec<String> {
    let (component, tasks) = (example("unruly"), format!("tasks={tasks}"));
    let dirs = dirs.iter().flat_map(|dir| ["--dir", dir]);
    let run = [
        "run", &component, "files", "-q", "-p", &tasks, "--runner", runner,
    ];
    let run: Vec<_> = run.into_iter().chain(dirs).collect();
    let run = wflow(&run);
    assert_eq!(run.code, Some(0), "{run:?}");
    serde_json::from_str(run.stdout.lines().last().expect("a result")).expect("JSON")
}

/// Each case has a folder `box` of its own to write to, granted with this suffix. Beside them a task
/// reads and writes what it may.
#[track_caller]
fn check(name: &str, suffix: &str, cases: &[Case<'_>]) {
    let folder = granted(name);
    let shown = folder.display();
    let mut dirs = vec![
        format!("{shown}/in::in:ro"),
        format!("{shown}/healthy::healthy"),
    ];
    let mut tasks = Vec::new();
    let of_case = |index: usize, text: &str| text.replace("box", &format!("box{index}"));
    for (index, (steps, ..)) in cases.iter().enumerate() {
        let own = of_case(index, "box");
        std::fs::create_dir(folder.join(&own)).expect("made");
        dirs.push(format!("{shown}/{own}::{own}{suffix}"));
        let steps = of_case(index, &steps.to_string());
        tasks.push(serde_json::from_str::<Value>(&steps).expect("JSON"));
    }
    tasks.push(json!([
        {"write": ["healthy/a", 10]},
        {"read": "healthy/a"},
        {"read": "in/text"},
        {"list": "in"},
    ]));
    let mut ended = ended(&dirs, "thread-pool", &json!(tasks));
    assert_eq!(ended.pop().as_deref(), Some("completed: 17"));
    for (index, (ended, (steps, kind, says))) in ended.iter().zip(cases).enumerate() {
        assert!(ended.starts_with(&format!("{kind}: ")), "{steps}: {ended}");
        assert!(ended.contains(&of_case(index, says)), "{steps}: {ended}");
    }
}

/// Folders to grant, with a text and a link that leads out, and a secret beside them.
fn granted(name: &str) -> PathBuf {
    let folder = folder(name);
    for granted in ["in", "healthy"] {
        std::fs::create_dir(folder.join(granted)).expect("made");
    }
    std::fs::write(folder.join("in/text"), "hello").expect("written");
    std::fs::write(folder.join("secret"), "swordfish").expect("written");
    std::os::unix::fs::symlink("../secret", folder.join("in/link")).expect("linked");
    folder
}

fn denied<'a>(says: &'a str) -> impl Fn(Value) -> Case<'a> {
    move |step| (json!([step]), "denied", says)
}

#[test]
fn what_is_not_granted_is_denied_by_its_name() {
    let secret = folder("not_granted_on_the_host").join("secret");
    std::fs::write(&secret, "swordfish").expect("written");
    let passwd = "no folder is granted for /etc/passwd; grant it with --dir HOST::/etc:ro";
    let mut cases = Vec::new();
    for (path, says) in [
        ("/etc/passwd", passwd),
        ("etc/passwd", passwd),
        (
            "../secret",
            "no folder is granted for /secret; grant it with --dir HOST::/:ro",
        ),
        (
            "/proc/self/environ",
            "grant it with --dir HOST::/proc/self:ro",
        ),
        (
            "//proc/self/../1/environ",
            "grant it with --dir HOST::/proc/1:ro",
        ),
        (secret.to_str().expect("text"), "no folder is granted for /"),
    ] {
        cases.push(denied(says)(json!({"read": path})));
        cases.push(denied(says)(json!({"measure": path})));
    }
    for (path, says) in [("/etc", "HOST::/etc:ro"), ("/", "HOST::/:ro")] {
        cases.push(denied(says)(json!({"list": path})));
    }
    let nowhere = denied("no folder is granted for /data/a; grant it with --dir HOST::/data");
    cases.extend([
        nowhere(json!({"write": ["/data/a", 1]})),
        nowhere(json!({"append": ["data/a", 1]})),
        nowhere(json!({"make-folder": "/data/a"})),
        nowhere(json!({"delete": "/data/a"})),
        nowhere(json!({"rename": ["in/text", "/data/a"]})),
    ]);
    check("not_granted", "", &cases);
}

#[test]
fn a_read_only_folder_is_not_written() {
    let case = denied("folder 'in' is granted read-only; grant it with --dir HOST::in");
    let cases = [
        case(json!({"write": ["in/text", 1]})),
        case(json!({"write": ["in/new", 1]})),
        case(json!({"append": ["in/text", 1]})),
        case(json!({"set-length": ["in/text", 1]})),
        case(json!({"delete": "in/text"})),
        case(json!({"make-folder": "in/new"})),
        case(json!({"link": ["in", "text", "new"]})),
        case(json!({"rename": ["in/text", "in/new"]})),
        case(json!({"rename": ["in/text", "box/new"]})),
        case(json!({"rename": ["box/old", "in/new"]})),
        case(json!({"hard-link": ["in/text", "box/new"]})),
    ];
    check("read_only", "", &cases);
}

#[test]
fn no_path_leads_out_of_a_folder() {
    let own_link = json!({"link": ["box", "../secret", "link"]});
    let says = "'link' leads out of the granted folder 'box'; grant the folder to which it leads";
    let cases = [
        denied("'../secret' leads out of the granted folder 'in'")(json!({"read": "in/../secret"})),
        denied("'../../secret' leads out")(json!({"measure": "in/../../secret"})),
        denied("'link' leads out of the granted folder 'in'")(json!({"read": "in/link"})),
        denied("'/etc' leads out")(json!({"link": ["box", "/etc", "etc"]})),
        (json!([own_link, {"read": "box/link"}]), "denied", says),
        (
            json!([own_link, {"write": ["box/link", 1]}]),
            "denied",
            says,
        ),
    ];
    check("leads_out", "", &cases);
}

#[test]
fn what_is_not_there_or_did_not_matter_is_no_denial() {
    let went_on = json!([{"try": {"read": "/etc/passwd"}}, {"read": "in/text"}, "fail"]);
    let cases = [
        (json!([{"read": "in/none"}]), "failed", "No such file"),
        (went_on, "failed", "no luck"),
    ];
    check("not_there", "", &cases);
}

#[test]
fn so_many_files_are_open_at_the_same_time() {
    let says = "went beyond its limit open-files = 100; raise it with --open-files";
    let again = json!([
        {"try": {"open": ["in/text", 200]}},
        "close",
        {"open": ["in/text", 100]},
        "close",
        {"open": ["in/text", 100]},
    ]);
    let cases = [
        (json!([{"open": ["in/text", 100]}]), "completed", "0"),
        denied(says)(json!({"open": ["in/text", 101]})),
        (again, "completed", "0"),
        // Streams and the granted folders themselves are held by the host as well.
        (json!([{"stream": ["in/text", 200]}]), "completed", "0"),
        denied(says)(json!({"stream": ["in/text", 201]})),
        (json!([{"ask-for-folders": 1000}]), "crashed", says),
    ];
    check("open_files", "", &cases);
}

#[test]
fn a_shell_s_limit_of_open_files_is_raised() {
    let folder = granted("open_files_of_the_shell");
    let dir = format!("{}::in", folder.join("in").display());
    let (component, tasks) = (example("unruly"), r#"tasks=[[{"open": ["in/text", 100]}]]"#);
    let wflow = command(&["run", &component, "files", "-p", tasks, "-q", "--dir", &dir]);
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"ulimit -S -n 80; exec "$@""#, "sh"]);
    shell.arg(wflow.get_program()).args(wflow.get_args());
    let set = wflow
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    let ended = ended_as(shell.envs(set).output().expect("sh starts"));
    assert_eq!(ended.stdout, "[\"completed: 0\"]\n", "{ended:?}");
}

#[test]
fn a_quota_holds_for_every_way_to_write() {
    let says = "folder 'box' has a quota of 1000B, which is used up; raise it with --dir \
                HOST::box:max=SIZE";
    let case = |last: Value| (json!([{"write": ["box/a", 1000]}, last]), "denied", says);
    let cases = [
        case(json!({"write": ["box/b", 1]})),
        case(json!({"append": ["box/a", 1]})),
        case(json!({"set-length": ["box/a", 1001]})),
        case(json!({"set-length": ["box/a", i64::MAX]})),
        case(json!({"write-at": ["box/a", 1000]})),
        case(json!({"write-at": ["box/a", 1_u64 << 40]})),
        case(json!({"write-at-once": ["box/b", 1]})),
        denied(says)(json!({"write": ["box/a", 1001]})),
        denied(says)(json!({"append": ["box/a", 10_000_000]})),
    ];
    check("quota", ":max=1000", &cases);
}

#[test]
fn what_is_given_up_can_be_written_again() {
    let case = |between: &[Value]| {
        let full = json!({"write": ["box/a", 1000]});
        let full = std::slice::from_ref(&full);
        let around = [full, between, full];
        (json!(around.concat()), "completed", "")
    };
    let cases = [
        case(&[]),
        case(&[
            json!({"set-length": ["box/a", 10]}),
            json!({"append": ["box/a", 990]}),
        ]),
        case(&[json!({"delete": "box/a"})]),
        case(&[
            json!({"set-length": ["box/a", 500]}),
            json!({"write": ["box/b", 500]}),
            json!({"rename": ["box/a", "box/b"]}),
            json!({"append": ["box/b", 500]}),
            json!({"delete": "box/b"}),
        ]),
        case(&[
            json!({"open": ["box/a", 3]}),
            json!({"delete": "box/a"}),
            json!("close"),
        ]),
    ];
    check("given_up", ":max=1000", &cases);
}

#[test]
fn what_still_takes_its_bytes_is_not_given_up() {
    let case = |between: &[Value]| {
        let around = [
            &[json!({"write": ["box/a", 1000]})],
            between,
            &[json!({"write": ["box/c", 1]})],
        ];
        (json!(around.concat()), "denied", "which is used up")
    };
    let cases = [
        case(&[json!({"open": ["box/a", 1]}), json!({"delete": "box/a"})]),
        case(&[
            json!({"hard-link": ["box/a", "box/b"]}),
            json!({"delete": "box/a"}),
        ]),
        case(&[
            json!({"hard-link": ["box/a", "box/b"]}),
            json!({"rename": ["box/a", "box/b"]}),
        ]),
        case(&[json!({"rename": ["box/a", "box/a"]})]),
        case(&[json!({"rename": ["box/a", "box/b"]})]),
    ];
    check("not_given_up", ":max=1000", &cases);
}

#[test]
fn a_folder_with_a_quota_is_like_a_disk_of_its_own() {
    let moved = json!({"rename": ["healthy/moved", "box/b"]});
    let linked = json!({"hard-link": ["healthy/linked", "box/b"]});
    let cases = [
        (
            json!([{"write": ["healthy/moved", 2000]}, moved]),
            "failed",
            "ross-device",
        ),
        (
            json!([{"write": ["healthy/linked", 2000]}, linked]),
            "failed",
            "ross-device",
        ),
    ];
    check("own_disk", ":max=1000", &cases);
}

#[test]
fn tasks_share_a_quota_with_each_other_and_with_what_was_there() {
    let folder = folder("shared_quota");
    std::fs::write(folder.join("old"), vec![0; 20_000]).expect("written");
    std::fs::hard_link(folder.join("old"), folder.join("link")).expect("linked");
    std::fs::create_dir(folder.join("more")).expect("made");
    std::fs::write(folder.join("more/old"), vec![0; 20_000]).expect("written");
    let dirs = [format!("{}::out:max=100000", folder.display())];
    // Ten tasks with 10,000 bytes each, for which there are 60,000.
    let file = |index: usize| folder.join(index.to_string());
    let task = |index: usize| json!([{"write": [format!("out/{index}"), 10_000]}]);
    for runner in ["concurrent", "thread-pool"] {
        let tasks: Vec<_> = (0..10).map(task).collect();
        let ended = ended(&dirs, runner, &json!(tasks));
        let written: u64 = (0..10).map(|index| length(&file(index))).sum();
        assert!((50_000..=60_000).contains(&written), "{written}: {ended:?}");
        let denied = ended.iter().filter(|ended| ended.starts_with("denied: "));
        assert!(denied.count() >= 4, "{ended:?}");
        for index in 0..10 {
            std::fs::remove_file(file(index)).expect("it is there");
        }
    }
}

fn length(file: &Path) -> u64 {
    std::fs::metadata(file).expect("it is there").len()
}

#[test]
fn bytes_of_files_are_measured() {
    let dir = format!("{}::out", folder("measured").display());
    let tasks = r#"tasks=[[{"write": ["out/a", 100000]}, {"read": "out/a"}]]"#;
    let component = example("unruly");
    let run = ["run", &component, "files", "-p", tasks, "--dir", &dir];
    let events = events(&run, 0);
    let used = events.iter().filter_map(|event| event.get("usage"));
    for bytes in ["bytes_in", "bytes_out"] {
        let most = used.clone().filter_map(|used| used[bytes].as_u64()).max();
        assert!(most >= Some(100_000), "{bytes}: {events:?}");
    }
}

#[test]
fn a_project_that_asks_for_a_bigger_quota_is_refused() {
    let folder = folder("bigger_quota");
    let config = "[grants]\ndirs = ['data::out:max=2MiB']";
    std::fs::write(folder.join("wflow.toml"), config).expect("written");
    let target = folder.join("none.wasm");
    let target = target.to_str().expect("text");
    let run = |suffix: &str| {
        let dir = format!("{}::out{suffix}", folder.display());
        wflow(&["run", target, "--dir", &dir, "--no-record"]).stderr
    };
    let refused = run(":max=1MiB");
    assert!(
        refused.contains("asks for what is not granted"),
        "{refused}"
    );
    assert!(refused.contains("::out:max=2MiB"), "{refused}");
    for suffix in ["", ":max=2MiB", ":max=1GiB"] {
        let read = run(suffix);
        assert!(read.contains("none.wasm"), "{read}");
        assert!(!read.contains("not granted"), "{read}");
    }
}
