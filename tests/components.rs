//! Flows and tasks of several components in one run.

use std::fs;

use crate::harness::{RUNNERS, command, ended, events, example, folder, wflow};

/// A `wflow.toml` that calls the primes example `counting`.
fn config(name: &str) -> String {
    let folder = folder(name);
    fs::copy(example("primes"), folder.join("primes.wasm")).expect("copied");
    let config = folder.join("wflow.toml");
    fs::write(&config, "[components]\ncounting = 'primes.wasm'").expect("written");
    config.display().to_string()
}

#[test]
fn a_flow_calls_flows_and_tasks_of_another_component() {
    let (unruly, config) = (example("unruly"), config("components"));
    let run = [
        "run",
        &unruly,
        "counted",
        "-p",
        "limit=4000",
        "--config",
        &config,
    ];
    for runner in RUNNERS {
        let ended = wflow(&[&run[..], &["--runner", runner, "-q"]].concat());
        assert_eq!(
            ended.stdout.lines().last(),
            Some("[550,550]"),
            "{runner}: {ended:?}"
        );
    }
    let events = events(&run, 0);
    let of = |kind: &str, title: &str| {
        let mut all = events.iter();
        all.any(|event| event[kind] == title)
    };
    assert!(of("flow", "counting/primes"));
    assert!(of("task", "counting/count_primes"));
    assert!(of("task_run", "of another"));
}

#[test]
fn a_project_names_components_beside_it() {
    let config = config("components_of_a_project");
    let project = std::path::Path::new(&config).parent().expect("a folder");
    fs::copy(example("unruly"), project.join("unruly.wasm")).expect("copied");
    let target = project.join("unruly.wasm").display().to_string();
    let ended = wflow(&["run", &target, "counted", "-p", "limit=4000", "-q"]);
    assert_eq!(ended.stdout.lines().last(), Some("[550,550]"), "{ended:?}");
}

#[test]
fn a_component_that_is_not_there_is_named() {
    let ended_nowhere = wflow(&["run", &example("unruly"), "nowhere"]);
    assert_eq!(ended_nowhere.code, Some(1));
    let says = "there is no task 'nowhere/nothing'";
    assert!(ended_nowhere.stderr.contains(says), "{ended_nowhere:?}");

    let folder = folder("no_component");
    fs::write(
        folder.join("wflow.toml"),
        "[components]\ncounting = 'none.wasm'",
    )
    .expect("written");
    let unruly = example("unruly");
    let output = command(&["run", &unruly, "hello"])
        .current_dir(&folder)
        .output();
    let ended = ended(output.expect("wflow starts"));
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("the component 'counting': cannot read none.wasm"),
        "{ended:?}"
    );
}
