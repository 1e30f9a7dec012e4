//! A run survives its process, and is told the same when it is resumed.

use std::process::Stdio;
use std::time::Duration;

use crate::harness::{RUNNERS, ended, example, wflow};
use crate::place::{Place, text};

#[test]
fn a_resumed_flow_is_told_the_same_times_and_random_numbers() {
    for runner in RUNNERS {
        let place = Place::new(&format!("wander-{runner}"));
        let wander = ["wander", "-p", "steps=20", "-q", "--runner", runner];
        place.kill_after("wandered\n", &wander);
        let before = place.lines(&["show", &place.last_id(), "--json"]);
        std::fs::write(place.out("go"), "").expect("written");
        let resumed = place.told(&["resume", &place.last_id(), "-q"]);
        assert_eq!(resumed.code, Some(0), "{resumed:?}");
        let been = resumed.stdout.lines().last().expect("a result");
        let been: Vec<u64> = serde_json::from_str(been).expect("numbers");
        assert_eq!(been.len(), 80);
        // None of the runs was made anew, so the flow was told what it had been told.
        let after = place.lines(&["show", &place.last_id(), "--json"]);
        assert_eq!(after.len(), before.len());
    }
}

#[test]
fn a_flow_that_goes_another_way_is_told_so() {
    let place = Place::new("fickle");
    std::fs::write(place.out("number"), "1").expect("written");
    place.kill_after("told\n", &["fickle", "-q"]);
    std::fs::write(place.out("number"), "2").expect("written");
    let resumed = place.told(&["resume", &place.last_id()]);
    assert_eq!(resumed.code, Some(3), "{resumed:?}");
    let both = "as repeat(value=1), and now submits repeat(value=2)";
    assert!(
        resumed.stderr.contains("diverged from its record"),
        "{resumed:?}"
    );
    assert!(resumed.stderr.contains(both), "{resumed:?}");
}

#[test]
fn after_a_failure_only_what_failed_runs_again() {
    for runner in RUNNERS {
        let place = Place::new(&format!("needy-{runner}"));
        let failed = ended(
            place
                .run(&["needy", "--runner", runner])
                .output()
                .expect("wflow starts"),
        );
        assert_eq!(failed.code, Some(1), "{failed:?}");
        std::fs::write(place.out("number"), "5").expect("written");
        let resumed = place.told(&["resume", &place.last_id(), "-q"]);
        assert_eq!(
            (resumed.code, &*resumed.stdout),
            (Some(0), "34\n"),
            "{resumed:?}"
        );
        let notes = std::fs::read_to_string(place.out("notes")).expect("notes");
        assert_eq!(notes, "3 after 0\n5 after 9\n");
        let again = place.told(&["resume", &place.last_id()]);
        assert_eq!(again.code, Some(2), "{again:?}");
        assert!(again.stderr.contains("has completed"), "{again:?}");
    }
}

#[test]
fn a_sleep_ends_when_it_would_have_ended() {
    let place = Place::new("sleeper");
    place.kill_after("asleep\n", &["sleeper", "-p", "millis=3000", "-q"]);
    std::thread::sleep(Duration::from_secs(3));
    let resumed = place.told(&["resume", &place.last_id(), "-q"]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    let slept = resumed.stdout.lines().last().expect("a result");
    let slept: u64 = slept.parse().expect("milliseconds");
    // Asleep while no process was there, and not for another three seconds.
    assert!((3000..6000).contains(&slept), "{slept}");
}

#[test]
fn a_run_with_an_id_happens_once() {
    for runner in RUNNERS {
        let place = Place::new(&format!("once-{runner}"));
        let once = ["notes", "-p", "count=5", "-q", "--id", "order-17"];
        let once = [&once[..], &["--runner", runner]].concat();
        for _ in 0..3 {
            let ended = ended(place.run(&once).output().expect("wflow starts"));
            assert_eq!((ended.code, &*ended.stdout), (Some(0), "30\n"), "{ended:?}");
        }
        let notes = std::fs::read_to_string(place.out("notes")).expect("notes");
        assert_eq!(notes.lines().count(), 5);
        assert_eq!(place.lines(&["list", "--json"]).len(), 1);
    }
}

#[test]
fn a_run_with_an_id_that_was_interrupted_is_resumed() {
    for runner in RUNNERS {
        let place = Place::new(&format!("again-{runner}"));
        let once = ["wander", "-p", "steps=2", "-q", "--id", "order-19"];
        let once = [&once[..], &["--runner", runner]].concat();
        place.kill_after("wandered\n", &once);
        std::fs::write(place.out("go"), "").expect("written");
        let resumed = ended(place.run(&once).output().expect("wflow starts"));
        assert_eq!(resumed.code, Some(0), "{resumed:?}");
        let all = place.lines(&["list", "--json"]);
        assert_eq!(all.len(), 1, "{runner}: {all:?}");
        assert_eq!(all[0]["state"], "completed", "{runner}");
    }
}

#[test]
fn runs_with_one_id_at_the_same_time_happen_once() {
    let place = Place::new("race");
    let once = ["notes", "-p", "count=20", "-q", "--id", "order-18"];
    let spawn = |_| {
        place
            .run(&once)
            .stdout(Stdio::piped())
            .spawn()
            .expect("wflow starts")
    };
    let children: Vec<_> = (0..4).map(spawn).collect();
    for child in children {
        let ended = ended(child.wait_with_output().expect("it ends"));
        assert_eq!(
            (ended.code, &*ended.stdout),
            (Some(0), "2470\n"),
            "{ended:?}"
        );
    }
    let notes = std::fs::read_to_string(place.out("notes")).expect("notes");
    assert_eq!(notes.lines().count(), 20);
}

#[test]
fn another_build_goes_on_only_where_it_is_named() {
    let place = Place::new("rebuilt");
    let component = place.folder.join("unruly.wasm");
    std::fs::copy(example("unruly"), &component).expect("copied");
    let target = component.display().to_string();
    let needy = [
        "run",
        &target,
        "needy",
        "--db",
        &place.database,
        "--dir",
        &place.grant,
    ];
    assert_eq!(wflow(&needy).code, Some(1));
    std::fs::write(place.out("number"), "5").expect("written");
    // A custom section of two bytes: the same code, another build.
    let mut wasm = std::fs::read(&component).expect("read");
    wasm.extend([0, 2, 1, b'x']);
    std::fs::write(&component, wasm).expect("written");
    let refused = place.told(&["resume", &place.last_id()]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("--with FILE"), "{refused:?}");
    let resumed = place.told(&["resume", &place.last_id(), "-q", "--with", &target]);
    assert_eq!(
        (resumed.code, &*resumed.stdout),
        (Some(0), "34\n"),
        "{resumed:?}"
    );
}

/// The process ends while its flow sleeps, and another one goes on when it is due.
#[test]
fn a_flow_that_sleeps_long_holds_no_process() {
    for runner in RUNNERS {
        let place = Place::new(&format!("suspended-{runner}"));
        let sleeper = ["sleeper", "-p", "millis=2000", "--suspend-after", "100ms"];
        let sleeper = [&sleeper[..], &["--runner", runner]].concat();
        let suspended = ended(place.run(&sleeper).output().expect("wflow starts"));
        assert_eq!(suspended.code, Some(5), "{suspended:?}");
        assert!(
            suspended.stderr.contains("Suspended until"),
            "{suspended:?}"
        );
        let run = place.last().expect("a run");
        assert_eq!(run["state"], "suspended");
        let due: jiff::Timestamp = text(&run["due"]).parse().expect("a time");
        let early = place.told(&["resume", "--due", "-q"]);
        assert_eq!((early.code, &*early.stdout), (Some(0), ""), "{early:?}");
        let left = due.duration_since(jiff::Timestamp::now());
        std::thread::sleep(Duration::try_from(left).unwrap_or_default());
        let resumed = place.told(&["resume", "--due", "-q"]);
        assert_eq!(resumed.code, Some(0), "{resumed:?}");
        let slept: u64 = resumed
            .stdout
            .lines()
            .last()
            .expect("a result")
            .parse()
            .expect("ms");
        assert!((2000..4000).contains(&slept), "{slept}");
        assert_eq!(place.last().expect("a run")["state"], "completed");
    }
}

#[test]
fn retries_that_were_spent_stay_spent() {
    for runner in RUNNERS {
        let place = Place::new(&format!("stubborn-{runner}"));
        let tries = || {
            let tries = std::fs::read_to_string(place.out("tries")).expect("tries");
            tries.lines().count()
        };
        place.kill_after("tried\n", &["stubborn", "-q", "--runner", runner]);
        assert_eq!(tries(), 1);
        let resumed = place.told(&["resume", &place.last_id(), "-q"]);
        assert_eq!(resumed.code, Some(1), "{resumed:?}");
        assert_eq!(tries(), 3);
        // Whoever asks again gets one more attempt, and no more retries.
        let again = place.told(&["resume", &place.last_id(), "-q"]);
        assert_eq!(again.code, Some(1), "{again:?}");
        assert_eq!(tries(), 4);
    }
}
