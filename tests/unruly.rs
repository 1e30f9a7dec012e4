//! Whatever a guest does ends its own attempt, with an outcome that says what happened: a table of
//! misbehaviours, and the runs beside them, which end as if they were alone.

use std::fmt::Write as _;
use std::iter::successors;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::harness::{Ended, example, wflow};

/// What a run does, how it ends (where both may be, either), and what it says then.
const TABLE: &str = r#"
return-error                    | failed    | no luck
permanent-error                 | failed    | never again
io-error                        | denied    | no folder is granted for /no/such/file; grant it with --dir HOST::/no/such:ro
panic                           | crashed   | out of order
panic-in-drop                   | crashed   | dropped
panic-in-panic                  | crashed   | shown
abort                           | crashed   | wasm `unreachable` instruction executed
unreachable                     | crashed   | wasm `unreachable` instruction executed
divide-by-zero                  | crashed   | attempt to divide by zero
exit-zero                       | crashed   | exited with status 0 before it returned a result
exit-one                        | crashed   | exited with status 1 before it returned a result
spin                            | timed-out | exceeded its timeout of 1 s
sleep                           | timed-out | exceeded its timeout of 1 s
sleep-longest                   | timed-out | exceeded its timeout of 1 s
hoard                           | crashed   | went beyond its limit memory = 64MiB; raise it with --memory
churn                           | timed-out | exceeded its timeout of 1 s
recurse                         | crashed   | recursed too deeply
recurse-in-tasks                | failed    | went beyond its limit depth = 16; raise it with --depth
recurse-in-flows                | failed    | went beyond its limit depth = 16; raise it with --depth
recurse-in-turns                | failed    | went beyond its limit depth = 16; raise it with --depth
flood-stdout                    | crashed   | went beyond its limit output = 1MiB; raise it with --output
flood-stderr                    | crashed   | went beyond its limit output = 1MiB; raise it with --output
flood-log                       | crashed   | went beyond its limit output = 1MiB; raise it with --output
flood-submits                   | crashed   | went beyond its limit submits = 500; raise it with --submits
flood empty-logs                | crashed   | went beyond its limit output-lines = 10000; raise it with --output-lines
flood empty-lines               | crashed   | went beyond its limit output-lines = 10000; raise it with --output-lines
flood bytes                     | crashed   | went beyond its limit output-lines = 10000; raise it with --output-lines
flood artifacts                 | crashed   | went beyond its limit artifacts = 1000; raise it with --artifacts
flood progress                  | crashed   | went beyond its limit artifacts = 1000; raise it with --artifacts
flood futures                   | crashed   | went beyond its limit submits = 500; raise it with --submits
flood map                       | crashed   | went beyond its limit submits = 500; raise it with --submits
flood subflows                  | crashed   | went beyond its limit submits = 500; raise it with --submits
flood unknown-runs              | crashed   | went beyond its limit submits = 500; raise it with --submits
flood waits                     | timed-out | exceeded its timeout of 1 s
flood cancels                   | timed-out | exceeded its timeout of 1 s
flood clock                     | timed-out | went beyond its limit cpu-time = 4s; raise it with --cpu-time
flood random                    | timed-out | exceeded its timeout of 1 s
flood random-at-once            | crashed   | exceeds limit 67108864
flood environment               | timed-out | exceeded its timeout of 1 s
flood variables                 | timed-out | exceeded its timeout of 1 s
flood naps                      | timed-out | exceeded its timeout of 1 s
flood timers                    | crashed   | holds more than 10500 futures, files, timers and streams
flood streams                   | crashed   | holds more than 10500 futures, files, timers and streams
flood pages                     | completed | got away with it
flood all-pages                 | crashed   | went beyond its limit memory = 64MiB; raise it with --memory
huge-result                     | crashed   | went beyond its limit memory = 64MiB; raise it with --memory
broken utf8 task                | crashed   | handed over a text that is not UTF-8
broken utf8 flow                | crashed   | handed over a text that is not UTF-8
broken utf8 name                | crashed   | handed over a text that is not UTF-8
broken utf8 argument            | crashed   | handed over a text that is not UTF-8
broken utf8 options             | crashed   | handed over a text that is not UTF-8
broken utf8 result              | crashed   | handed over a text that is not UTF-8
broken utf8 message             | crashed   | handed over a text that is not UTF-8
broken utf8 log                 | crashed   | handed over a text that is not UTF-8
broken utf8 key                 | crashed   | handed over a text that is not UTF-8
broken utf8 data                | crashed   | handed over a text that is not UTF-8
broken utf8 variable            | crashed   | handed over a text that is not UTF-8
broken utf8 secret              | crashed   | handed over a text that is not UTF-8
broken utf8 prompt              | crashed   | handed over a text that is not UTF-8
broken utf8 path                | failed    | Illegal byte sequence
broken utf8 print               | completed | got away with it
broken json argument            | failed    | argument 0 is no JSON
broken json options             | failed    | the options are not what wflow knows
broken json result              | crashed   | returned what is no JSON: EOF while parsing a value
broken json data                | failed    | the data of artifact 'rows' is not of its kind
broken deep result 100000       | crashed   | returned what is no JSON: it is nested deeper than 127 levels
broken deep argument 100000     | failed    | argument 0 is no JSON: it is nested deeper than 127 levels
broken deep kept-argument 127   | failed    | took 254 bytes
broken deep options 20000       | failed    | the options are not what wflow knows
broken deep data 100000         | failed    | the data of artifact 'rows' is not of its kind
broken large task 10            | failed    | there is no task '"xxx
broken large flow 10            | failed    | there is no flow '"xxx
broken large name 10            | failed    | there is no parameter '"xxx
broken large argument 4         | failed    | went beyond its limit arguments = 1MiB; raise it with --arguments
broken large options 10         | failed    | the options have 10485760 bytes, and may have 65536
broken large result 4           | crashed   | went beyond its limit result = 1MiB; raise it with --result
broken large message 10         | failed    | xxx ... (cut)
broken large log 4              | crashed   | went beyond its limit output = 1MiB; raise it with --output
broken large key 4              | crashed   | went beyond its limit output = 1MiB; raise it with --output
broken large data 4             | crashed   | went beyond its limit output = 1MiB; raise it with --output
broken large prompt 4           | crashed   | went beyond its limit output = 1MiB; raise it with --output
broken large variable 10        | denied    | xxx ... (cut)
broken large path 10            | denied    | xxx ... (cut)
broken numbers                  | completed | got away with it
broken run-name                 | failed    | took 1000002 bytes
raw wrong-handle                | crashed   | unknown handle index 77777
raw cancel-wrong-handle         | crashed   | unknown handle index 0
raw other-handle                | crashed   | used with the wrong type
raw dropped-handle              | crashed   | unknown handle index
raw dropped-twice               | crashed   | unknown handle index
raw same-handle                 | completed | 1000 of 1000
raw text-outside                | crashed   | string pointer/length out of bounds of memory
raw result-outside              | crashed   | out of bounds
raw answer-outside              | crashed   | pointer out of bounds
raw misaligned                  | crashed   | list pointer is not aligned
raw endless-list                | crashed   | list pointer/length out of bounds of memory
raw one-name-for-all            | crashed   | raise them with --arguments and --result
raw wrong-level                 | crashed   | unexpected discriminant: 99
raw wrong-option                | crashed   | invalid option discriminant
raw call-during-allocation      | crashed   | cannot leave component instance
raw call-after-return           | crashed   | cannot leave component instance
raw read-outside                | crashed   | out of bounds memory access
raw call-other                  | crashed   | indirect call type mismatch
raw close-stdout                | completed | got away with it
read-file                       | denied    | no folder is granted for /etc/passwd; grant it with --dir HOST::/etc:ro
read-parent                     | denied    | no folder is granted for /etc/passwd; grant it with --dir HOST::/etc:ro
read-proc                       | denied    | no folder is granted for /proc/self/environ; grant it with --dir HOST::/proc/self:ro
write-file                      | denied    | no folder is granted for /tmp/unruly; grant it with --dir HOST::/tmp
read-env                        | completed | []
read-arguments                  | completed | []
read-stdin                      | completed |
connect                         | denied    | grant it with --allow-net 127.0.0.1:9
listen                          | denied    | grant it with --allow-net 127.0.0.1:9
serve                           | denied    | guests serve nobody
send-datagram                   | denied    | grant it with --allow-net 127.0.0.1:9
resolve                         | denied    | grant it with --allow-net localhost
start-thread                    | failed    | Not supported
pause                           | failed    | only a flow can pause
wait-for-ever                   | timed-out | exceeded its timeout of 1 s
wait-longest                    | timed-out | exceeded its timeout of 1 s
self-cancel                     | failed    | was cancelled: cancelled by
use-cancelled                   | failed    | was cancelled: cancelled by
"#;

/// What ends otherwise in a flow, which may pause, and whose waits are recorded.
const IN_FLOWS: &str = "
flood naps                      | crashed   | went beyond its limit output = 1MiB; raise it with --output
pause                           | timed-out | exceeded its timeout of 1 s
";

const LIMITS: [&str; 18] = [
    "--memory",
    "64MiB",
    "--output",
    "1MiB",
    "--output-lines",
    "10000",
    "--result",
    "1MiB",
    "--arguments",
    "1MiB",
    "--submits",
    "500",
    "--depth",
    "16",
    "--cpu-time",
    "4s",
    "--max-workers",
    "2",
];

/// A line of a table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    does: &'static str,
    ends: &'static str,
    says: &'static str,
}

fn rows(table: &'static str) -> impl Iterator<Item = Row> {
    table.trim().lines().map(|line| {
        let mut cells = line.split('|').map(str::trim);
        let mut cell = || cells.next().expect("three cells");
        Row {
            does: cell(),
            ends: cell(),
            says: cell(),
        }
    })
}

impl Row {
    /// As the guest takes it: what is said after a word belongs to the word.
    pub(crate) fn misbehaviour(&self) -> Json {
        let (number, words): (Vec<_>, Vec<_>) = self
            .does
            .split(' ')
            .partition(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        let mut words = words.into_iter().rev();
        let last = words.next().expect("a word");
        let innermost = match number[..] {
            [number] => json!([last, number.parse::<u64>().expect("a number")]),
            _ => json!(last),
        };
        words.fold(innermost, |inner, word| json!({ word: inner }))
    }

    /// Milliseconds that an attempt has: as few as it takes to see that there is an end, or plenty.
    fn timeout(&self) -> u64 {
        match self.says {
            "exceeded its timeout of 1 s" => 1000,
            _ => 60_000,
        }
    }

    fn is_so(&self, ends: &str, says: &str) -> bool {
        self.ends.split(' ').any(|may| may == ends) && says.contains(self.says)
    }
}

pub(crate) fn table() -> Vec<Row> {
    rows(TABLE).collect()
}

/// The same for flows.
fn table_in_flows() -> Vec<Row> {
    let mut all = table();
    for row in rows(IN_FLOWS) {
        let same = all.iter_mut().find(|other| other.does == row.does);
        *same.expect("a row of the table") = row;
    }
    all
}

/// What the flow `amid` returns.
#[derive(Deserialize)]
struct AllEnded {
    healthy: Vec<u64>,
    unruly: Vec<(String, String)>,
}

/// What the task `checksum` returns if nothing disturbs it.
fn checksum(seed: u64) -> u64 {
    let next = |state: &u64| {
        let state = state.wrapping_mul(6_364_136_223_846_793_005);
        Some(state.wrapping_add(seed | 1))
    };
    let mut words = vec![0_u64; 1 << 14];
    for state in successors(Some(seed), next).skip(1).take(1 << 18) {
        words[(state >> 50) as usize] ^= state;
    }
    let fold = |sum: u64, word: &u64| sum.wrapping_mul(31).wrapping_add(*word);
    words.iter().fold(0, fold)
}

#[track_caller]
fn the_host_is_well(run: &Ended) {
    assert!(!run.stderr.contains("panicked at host"), "{}", run.stderr);
    assert_ne!(run.code, Some(4), "{}", run.stderr);
}

/// All of the table at the same time, and as many healthy runs beside it.
#[track_caller]
fn check_all(table: &[Row], runner: &str, in_flows: bool) {
    let component = example("unruly");
    let misbehaviours: Vec<_> = table
        .iter()
        .map(|row| (row.misbehaviour(), row.timeout()))
        .collect();
    let misbehaviours = format!("misbehaviours={}", json!(misbehaviours));
    let in_flows = format!("in_flows={in_flows}");
    let run = ["run", &component, "amid", "-q", "--runner", runner];
    let parameters = ["-p", &misbehaviours, "-p", &in_flows];
    let run = wflow(&[&run[..], &parameters, &LIMITS].concat());
    the_host_is_well(&run);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let result = run.stdout.lines().last().unwrap_or_default();
    let ended: AllEnded = serde_json::from_str(result).expect(result);
    for (seed, sum) in (0..).zip(&ended.healthy) {
        assert_eq!(*sum, checksum(seed), "beside {:?}", table[seed as usize]);
    }
    assert_eq!(ended.healthy.len(), table.len());
    assert_eq!(ended.unruly.len(), table.len());
    let mut wrong = String::new();
    for (row, (ends, says)) in table.iter().zip(&ended.unruly) {
        if !row.is_so(ends, says) {
            let _ = writeln!(wrong, "{row:?}: {ends}: {says}");
        }
    }
    assert!(wrong.is_empty(), "on {runner}:\n{wrong}");
}

#[test]
fn all_misbehaviours_end_as_they_must_beside_healthy_runs() {
    check_all(&table(), "concurrent", false);
}

#[test]
fn all_misbehaviours_end_as_they_must_on_several_threads() {
    check_all(&table(), "thread-pool", false);
}

#[test]
fn flows_that_misbehave_end_alike() {
    check_all(&table_in_flows(), "thread-pool", true);
}

/// The flow itself does it, and nothing beside it.
#[track_caller]
fn check_flow(misbehaviour: &str, options: &[&str], says: &str) {
    let component = example("unruly");
    let how = format!("misbehaviour={misbehaviour}");
    let run = ["run", &component, "misbehave_apart", "-q", "-p", &how];
    let run = wflow(&[&run[..], options].concat());
    the_host_is_well(&run);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains(says), "{}", run.stderr);
}

#[test]
fn a_gibibyte_is_refused_before_it_is_copied() {
    let memory = ["--memory", "2GiB"];
    for place in ["result", "argument"] {
        let misbehaviour = json!({"broken": {"large": [place, 1024]}});
        let says = "raise them with --arguments and --result";
        check_flow(&misbehaviour.to_string(), &memory, says);
    }
}

#[test]
fn endless_output_is_cut_off() {
    let says = "went beyond its limit output = 16MiB; raise it with --output";
    check_flow("flood-stdout", &[], says);
}

#[test]
fn a_flow_has_a_timeout() {
    for how in ["spin", "sleep"] {
        check_flow(how, &["--timeout", "200ms"], "TimedOut(");
    }
}
