//! Whatever a component does when it is asked what it holds, there is an answer or one line that
//! says why not.

use std::time::{Duration, Instant};

use crate::harness::{folder, wflow};

/// Where the guests keep what they answer.
const ANSWER: u32 = 1024;

/// A component that does something when it is asked, and then answers; `more` is what its module has
/// besides.
fn guest(more: &str, describe: &str, answer: &[u8]) -> Vec<u8> {
    let answer: String = answer.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let text = include_str!("described.wat")
        .replace("ADDRESS", &ANSWER.to_string())
        .replace("ANSWER", &answer)
        .replace("MORE", more)
        .replace("DESCRIBE", describe);
    wat::parse_str(text).expect("a component")
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// No flows, and so many tasks, from this address on.
fn tasks(at: u32, count: u32) -> Vec<u8> {
    words(&[0, 0, at, count])
}

/// One task: its name, the schema of its result, and its options.
fn task(name: &[u8], result: &str, options: &str) -> Vec<u8> {
    let (definition, text) = (ANSWER + 16, ANSWER + 16 + 40);
    let length = |text: &[u8]| u32::try_from(text.len()).expect("short");
    let (name_length, result_length) = (length(name), length(result.as_bytes()));
    let (at_result, at_options) = (text + name_length, text + name_length + result_length);
    let options_length = length(options.as_bytes());
    let fields = [
        [text, name_length],
        [0, 0],
        [0, 0],
        [at_result, result_length],
        [at_options, options_length],
    ];
    let texts = [name, result.as_bytes(), options.as_bytes()].concat();
    [tasks(definition, 1), words(fields.as_flattened()), texts].concat()
}

/// What `wflow inspect` makes of the component.
#[track_caller]
fn check(name: &str, component: &[u8], code: i32, says: &str) {
    let file = folder(&format!("described-{name}")).join("guest.wasm");
    std::fs::write(&file, component).expect("written");
    let began = Instant::now();
    let ended = wflow(&["inspect", &file.display().to_string()]);
    assert!(began.elapsed() < Duration::from_secs(60), "{name}");
    assert_eq!(ended.code, Some(code), "{name}: {ended:?}");
    let said = if code == 0 {
        &ended.stdout
    } else {
        &ended.stderr
    };
    assert!(said.contains(says), "{name}: {ended:?}");
    // What is shown has a line with the imports; what is refused has one line.
    let lines = said.lines().filter(|line| !line.starts_with("imports: "));
    assert!(lines.count() <= 1, "{name}: {ended:?}");
    let is_plain = |line: &str| !line.contains(char::is_control);
    assert!(said.lines().all(is_plain), "{name}: {ended:?}");
}

/// It is refused, as it could not say what it holds.
#[track_caller]
fn refused(name: &str, component: &[u8], says: &str) {
    check(
        name,
        component,
        2,
        &format!("could not say what it holds: {says}"),
    );
}

#[test]
fn an_answer_is_shown() {
    check("nothing", &guest("", "", &tasks(0, 0)), 0, "");
    let one = guest("", "", &task(b"work", r#"{"type": "null"}"#, ""));
    check("one", &one, 0, "task work() -> null");
}

#[test]
fn an_answer_that_never_comes_is_not_waited_for() {
    let wait = "i32.const 0 i32.const 0 i32.const 1 i64.const -1 i32.const 0 call $wait_any";
    let start = "(func $spin (loop br 0)) (start $spin)";
    let guests = [
        ("loop", guest("", "(loop br 0)", &tasks(0, 0))),
        ("wait", guest("", wait, &tasks(0, 0))),
        ("start", guest(start, "", &tasks(0, 0))),
    ];
    std::thread::scope(|scope| {
        for (name, guest) in &guests {
            scope.spawn(move || refused(name, guest, "it takes more than 10 s"));
        }
    });
}

#[test]
fn what_ends_it_is_told() {
    let does = |describe| guest("", describe, &tasks(0, 0));
    refused(
        "trap",
        &does("unreachable"),
        "trapped: wasm trap: wasm `unreachable`",
    );
    refused(
        "recursion",
        &does("call $describe drop"),
        "recursed too deeply",
    );
    let grow = "(loop i32.const 100 memory.grow i32.const -1 i32.ne br_if 0) unreachable";
    refused("memory", &does(grow), "it wants more memory than 256.0 MiB");
    let grow = "ref.null func i32.const 1000000 table.grow i32.const -1 i32.ne
        (if (then unreachable))";
    let grown = guest("(table 0 funcref)", grow, &tasks(0, 0));
    check("table", &grown, 0, "");
}

#[test]
fn what_it_asks_of_the_host_neither_hangs_nor_counts() {
    let does = |describe| guest("", describe, &tasks(0, 0));
    let submit = "i32.const 0 i32.const 0 i32.const 0 i32.const 0 i32.const 0 i32.const 0
        i32.const 0 i32.const 0 call $submit drop";
    refused(
        "submit",
        &does(submit),
        "it submits a run, where no flow or task runs",
    );
    let log = "i32.const 0 i32.const 0 i32.const 10 call $log";
    check("log", &does(log), 0, "");
    let flood = "(loop i32.const 0 i32.const 0 i32.const 1000000 call $log br 0)";
    refused(
        "flood",
        &does(flood),
        "it went beyond its limit output = 16MiB",
    );
    // The refusal is handed to the guest, which has no memory for it.
    let pause = "i32.const 0 i32.const 0 i32.const 0 i32.const 0 i32.const 0 i64.const 0
        i32.const 0 call $pause";
    refused(
        "pause",
        &does(pause),
        "trapped: wasm trap: wasm `unreachable`",
    );
}

#[test]
fn an_answer_without_end_is_refused() {
    let many = guest("", "", &tasks(65536, 100_000));
    refused(
        "many",
        &many,
        "it holds 100000 flows and tasks, and may hold 10000",
    );
    // Each has the same megabyte for its description.
    let definition = words(&[0, 0, 65536, 1 << 20, 0, 0, 0, 0, 0, 0]);
    let same = [tasks(ANSWER + 16, 1000), definition.repeat(1000)].concat();
    refused(
        "same",
        &guest("", "", &same),
        "it says more of itself than 16777216 bytes",
    );
    refused("outside", &guest("", "", &tasks(u32::MAX - 3, 1000)), "");
}

#[test]
fn an_answer_that_is_none_is_refused_with_the_name() {
    let answer = |name: &[u8], result, options| guest("", "", &task(name, result, options));
    let json = "task 'work': the schema of its result: it is not valid JSON";
    refused("json", &answer(b"work", "{", ""), json);
    let unknown = "task 'work': its options: unknown field `a [1m`";
    refused(
        "options",
        &answer(b"work", "", r#"{"a\u001b[1m": 1}"#),
        unknown,
    );
    refused(
        "empty",
        &answer(b"", "", ""),
        "the name of a task: it is empty",
    );
    let control = r"it has a slash or a control character: 'a\n\u{1b}[1m'";
    let control = format!("the name of a task: {control}");
    refused("control", &answer(b"a\n\x1b[1m", "", ""), &control);
    let no_text = "handed over a text that is not UTF-8";
    refused("text", &answer(b"\xff", "", ""), no_text);
    let mut twice = task(b"work", "", "");
    // The one definition, once more in the place of its texts; those move on by its length.
    let name = words(&[ANSWER + 16 + 80, 4]);
    twice.splice(16..24, name);
    let definition = twice[16..56].to_vec();
    twice.splice(16..16, definition);
    twice.splice(..16, tasks(ANSWER + 16, 2));
    refused(
        "twice",
        &guest("", "", &twice),
        "it holds two tasks with the name 'work'",
    );
}
