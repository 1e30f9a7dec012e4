//! What happens beside and after runs: hooks, artifacts, prints that are logged.

use crate::harness::{RUNNERS, events, example, wflow};

/// The hooks print these lines, in this order, whatever the runner.
#[track_caller]
fn check(how: &str, code: i32, lines: &[&str]) {
    let component = example("unruly");
    let how = format!("how={how}");
    for runner in RUNNERS {
        let run = [
            "run", &component, "hooked", "-p", &how, "--runner", runner, "-q",
        ];
        let ended = wflow(&run);
        assert_eq!(ended.code, Some(code), "{runner}: {ended:?}");
        let printed = ended.stdout.lines().filter(|line| line.contains(" ended "));
        let mut printed: Vec<_> = printed.collect();
        // The task's hooks and the flow's own run beside each other.
        printed.sort_by_key(|line| line.starts_with("hooked"));
        assert_eq!(printed, lines, "{runner}: {ended:?}");
    }
}

#[test]
fn hooks_learn_how_a_run_ended() {
    let completed = "ended completed after 1: ";
    check(
        "well",
        0,
        &[
            &format!("watched {completed}"),
            &format!("hooked {completed}"),
        ],
    );
}

#[test]
fn a_hook_that_fails_keeps_no_other_from_running() {
    let flow = "hooked ended failed after 1: run watched-";
    let component = example("unruly");
    let ended = wflow(&["run", &component, "hooked", "-p", "how=fail"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended
            .stdout
            .contains("watched ended failed after 2: no luck"),
        "{ended:?}"
    );
    assert!(ended.stdout.contains(flow), "{ended:?}");
    for says in [
        "Running hook 'careless' in response to entering state 'Failed'",
        "Hook 'careless' ended in Failed('the hook has no luck')",
        "Hook 'notify' finished running successfully",
    ] {
        assert!(ended.stderr.contains(says), "{says}: {ended:?}");
    }
}

#[test]
fn a_hook_that_crashes_keeps_no_other_from_running() {
    let component = example("unruly");
    for runner in RUNNERS {
        let run = ["run", &component, "hooked", "-p", "how=crash"];
        let ended = wflow(&[&run[..], &["--runner", runner]].concat());
        assert!(
            ended
                .stdout
                .contains("watched ended crashed after 2: panicked at"),
            "{ended:?}"
        );
        assert!(
            ended
                .stderr
                .contains("Hook 'spins' ended in Crashed('panicked at"),
            "{ended:?}"
        );
    }
}

#[test]
fn artifacts_are_told() {
    for runner in RUNNERS {
        check_artifacts(runner);
    }
}

#[track_caller]
fn check_artifacts(runner: &str) {
    let component = example("unruly");
    let events = events(&["run", &component, "artifacts", "--runner", runner], 0);
    let artifacts = events
        .iter()
        .filter(|event| event["event"] == "ArtifactCreated");
    let told: Vec<_> = artifacts
        .map(|event| {
            let kind = event["kind"].as_str().expect("text").to_owned();
            let data = match event["data"].is_null() {
                true => event["data_bytes"].to_string(),
                false => event["data"].to_string(),
            };
            (kind, data)
        })
        .collect();
    let expected = [
        ("markdown", "\"# All is well\""),
        ("table", r#"[{"a":1,"b":2}]"#),
        ("link", "\"https://example.org/\""),
        ("image", "4"),
        ("progress", "42.5"),
    ];
    let expected = expected.map(|(kind, data)| (kind.to_owned(), data.to_owned()));
    assert_eq!(told, expected);
    let last = events.last().expect("events");
    assert_eq!(
        last["result"],
        "invalid-input: the data of artifact 'copy' is not of its kind"
    );
}

#[test]
fn artifacts_have_a_line_of_the_log() {
    let component = example("unruly");
    let ended = wflow(&["run", &component, "artifacts"]);
    assert!(
        ended
            .stderr
            .contains("' - Created markdown artifact 'report'"),
        "{ended:?}"
    );
}

#[test]
fn prints_are_logged_where_the_flow_or_the_task_says_so() {
    let component = example("unruly");
    for runner in RUNNERS {
        let ended = wflow(&["run", &component, "prints", "--runner", runner]);
        assert_eq!(ended.stdout, "aloud\n", "{runner}");
        for line in [
            "' - from the flow\n",
            "' - from a task\n",
            "' - without an end\n",
        ] {
            assert!(ended.stderr.contains(line), "{runner}: {ended:?}");
        }
    }
}
