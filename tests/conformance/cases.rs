//! What each flow of a conformance guest has to do.

use serde_json::{Value as Json, json};

/// One flow with its arguments, and how its run has to end.
pub(crate) struct Case {
    /// What it shows, for people.
    pub(crate) title: &'static str,
    pub(crate) flow: &'static str,
    /// `NAME=VALUE`, as on the command line.
    pub(crate) parameters: &'static [&'static str],
    pub(crate) expected: Vec<Expected>,
    /// Whether a submit has to return before the run has ended, which it does not on the sequential runner.
    pub(crate) concurrent: bool,
    /// Languages that cannot do it, and why.
    pub(crate) lacks: Vec<(&'static str, &'static str)>,
}

/// Something that a run has to show.
pub(crate) enum Expected {
    /// The flow's result, as JSON.
    Result(Json),
    /// The flow's result is so many bytes.
    Bytes(usize),
    /// A part of the flow's result, a text.
    ResultHas(&'static str),
    /// The flow's failure: its kind, and a part of its message.
    Failure(&'static str, &'static str),
    /// The exit code and a part of what is said, where nothing runs.
    Refusal(i32, &'static str),
    /// A line of the log, by its level.
    Log(&'static str, &'static str),
    /// What all runs print, in part.
    Print(&'static str),
    /// What nobody may see.
    Hidden(&'static str),
    /// How many attempts the runs of a task have together.
    Attempts(&'static str, usize),
    /// Events of a kind, and how many there are.
    Events(&'static str, usize),
}

use Expected::{Attempts, Events, Failure, Hidden, Log, Print, Refusal, ResultHas};

fn case(title: &'static str, flow: &'static str, expected: Vec<Expected>) -> Case {
    Case {
        title,
        flow,
        parameters: &[],
        expected,
        concurrent: false,
        lacks: Vec::new(),
    }
}

impl Case {
    fn with(mut self, parameters: &'static [&'static str]) -> Self {
        self.parameters = parameters;
        self
    }

    fn concurrent(mut self) -> Self {
        self.concurrent = true;
        self
    }

    fn lacking_in(mut self, language: &'static str, why: &'static str) -> Self {
        self.lacks.push((language, why));
        self
    }

    /// Why the language cannot do it, if it cannot.
    pub(crate) fn lacking(&self, language: &str) -> Option<&'static str> {
        let mut lacks = self.lacks.iter();
        lacks
            .find(|(lacking, _)| *lacking == language)
            .map(|(_, why)| *why)
    }
}

fn returns(result: Json) -> Vec<Expected> {
    vec![Expected::Result(result)]
}

fn fails(kind: &'static str, says: &'static str) -> Vec<Expected> {
    vec![Failure(kind, says)]
}

/// What goes through a flow and a task comes back as it was.
fn echo(title: &'static str, flow: &'static str, argument: &'static [&'static str; 1]) -> Case {
    let (_, text) = argument[0].split_once('=').expect("a value");
    let value = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    case(title, flow, returns(value)).with(argument)
}

pub(crate) fn cases() -> Vec<Case> {
    [
        values(),
        futures(),
        runs(),
        ends(),
        said(),
        granted(),
        timed(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn values() -> Vec<Case> {
    const BOX: &str = r#"value={"name": "box", "parts": [{"name": "lid", "parts": []}]}"#;
    let record = json!({
        "name": "box", "weight": 1.5, "parts": [{"name": "lid", "weight": 1.5, "parts": []}],
    });
    vec![
        echo("a boolean", "echo_boolean", &["value=true"]),
        echo("an integer", "echo_integer", &["value=-42"]),
        echo(
            "beyond a double",
            "echo_integer",
            &["value=9007199254740993"],
        ),
        echo("64 bits", "echo_integer", &["value=18446744073709551615"]),
        echo("a float", "echo_float", &["value=0.1"]),
        echo("a small float", "echo_float", &["value=-2.5e-300"]),
        echo("a text", "echo_text", &["value=plain"]),
        echo("an empty text", "echo_text", &["value="]),
        echo(
            "Unicode",
            "echo_text",
            &[r#"value="Grüße, 世界 🎉 \u0000 \"\\ \n""#],
        ),
        echo("a list", "echo_list", &["value=[3, 1, 2]"]),
        echo("an empty list", "echo_list", &["value=[]"]),
        echo("a map", "echo_map", &[r#"value={"ä": 1.5, "": -2.25}"#]),
        echo("a pair", "echo_pair", &[r#"value=["a", 1]"#]),
        echo(
            "any JSON",
            "echo_json",
            &[r#"value={"a": [null, true, {"b": "c"}, 1.5]}"#],
        ),
        echo("null", "echo_json", &["value=null"]),
        echo("an optional value", "echo_optional", &["value=3"]),
        case(
            "an optional one left out",
            "echo_optional",
            returns(json!(null)),
        ),
        echo("a choice", "echo_choice", &[r#"value="green""#]),
        case("no such choice", "echo_choice", vec![Refusal(2, "blue")]).with(&["value=blue"]),
        case("a record", "echo_record", returns(record)).with(&[BOX]),
        case("bytes", "echo_bytes", vec![Expected::Bytes(5)]).with(&["value=hello"]),
        case("a megabyte", "count_bytes", returns(json!(1 << 20))).with(&["size=1048576"]),
        case("defaults", "defaults", returns(json!([7, "ü", true]))),
        case("one default", "defaults", returns(json!([7, "x", true]))).with(&["text=x"]),
        case(
            "an argument missing",
            "echo_integer",
            vec![Refusal(2, "value")],
        ),
        case("a wrong type", "echo_integer", vec![Refusal(2, "value")]).with(&["value=x"]),
        case("nothing", "returns_nothing", returns(json!(null))),
    ]
}

fn futures() -> Vec<Case> {
    let failed = "failed: no such luck";
    vec![
        case("a future", "future_as_argument", returns(json!(3))),
        case("a list of futures", "list_of_futures", returns(json!(10))),
        case("a chain", "chain", returns(json!(20))).with(&["length=20"]),
        case("runs in runs", "nested", returns(json!(8))).with(&["depth=3"]),
        case("wait_for", "waits_for_another", returns(json!(2))),
        case("allow_failure", "allowed", returns(json!(failed))).with(&["fails=true"]),
        case(
            "allowed, and completed",
            "allowed",
            returns(json!("completed with 2")),
        )
        .with(&["fails=false"]),
        case(
            "a failed upstream",
            "upstream",
            returns(json!("upstream-failed")),
        ),
    ]
}

fn runs() -> Vec<Case> {
    vec![
        case("a map", "mapped", returns(json!([11, 12, 13]))),
        case(
            "a map of futures",
            "mapped_futures",
            returns(json!([3, 4, 5])),
        ),
        case(
            "as_completed",
            "completed_in_order",
            returns(json!([0, 450, 900])),
        )
        .concurrent(),
        case("wait with a timeout", "waited", returns(json!([2, 1]))).concurrent(),
        case(
            "a run nobody awaits",
            "unawaited",
            vec![Expected::Result(json!(null)), Events("TaskRunFinished", 1)],
        ),
        case("arguments by name", "by_name", returns(json!(3)))
            .lacking_in("rust", "Rust's functions take arguments by position"),
        case("a subflow", "subflow", returns(json!(42))),
        case("a subflow's future", "subflow_future", returns(json!(41))),
        case(
            "a subflow that fails",
            "failing_subflow",
            vec![ResultHas("no such luck")],
        ),
    ]
}

fn ends() -> Vec<Case> {
    let attempts = |task, count| vec![Failure("failed", ""), Attempts(task, count)];
    vec![
        case("a failure", "fails", fails("failed", "no such luck")),
        case(
            "a failure caught",
            "catches",
            returns(json!("failed: no such luck")),
        ),
        case(
            "the language's own error",
            "errors",
            fails("failed", "ZeroDivisionError"),
        ),
        case("retries", "retried", attempts("stubborn", 3)),
        case("a permanent failure", "permanent", attempts("hopeless", 1)),
        case(
            "a condition that holds",
            "conditional",
            attempts("picky", 3),
        )
        .with(&["message=busy"]),
        case("one that does not", "conditional", attempts("picky", 1)).with(&["message=broken"]),
        case(
            "the third time lucky",
            "lucky",
            vec![
                Expected::Result(json!("attempt 3")),
                Attempts("lucky_task", 3),
            ],
        ),
        case(
            "a timeout in a busy loop",
            "times_out",
            vec![ResultHas("timed-out: ")],
        ),
        case("a crash", "crashes", returns(json!("crashed"))),
        case("a cancelled run", "cancels", returns(json!("cancelled"))).concurrent(),
        case(
            "a limit",
            "beyond_limit",
            fails("failed", "went beyond its limit memory = 64MiB"),
        ),
        case(
            "a need that is not granted",
            "lacks",
            vec![ResultHas("denied: ")],
        ),
    ]
}

fn said() -> Vec<Case> {
    vec![
        case(
            "a log of four levels",
            "logs",
            vec![
                Log("debug", "for the curious"),
                Log("info", "grüße alle"),
                Log("warning", "careful"),
                Log("error", "broken"),
            ],
        ),
        case("prints", "prints", vec![Print("Grüße, 世界\n")]),
        case(
            "prints that are logged",
            "logs_prints",
            vec![Log("info", "into the log")],
        ),
        case(
            "names of runs",
            "named",
            returns(json!(["number 1", "other"])),
        ),
        case(
            "artifacts",
            "leaves_artifacts",
            vec![Events("ArtifactCreated", 5)],
        ),
        case(
            "hooks",
            "hooked",
            vec![
                Print("watched ended COMPLETED after 1\n"),
                Print("hooked ended COMPLETED after 1\n"),
            ],
        )
        .with(&["fails=false"]),
        case(
            "hooks after a failure",
            "hooked",
            vec![Print("watched ended FAILED after 2\n")],
        )
        .with(&["fails=true"]),
    ]
}

fn granted() -> Vec<Case> {
    vec![
        case(
            "a cached result",
            "cached",
            vec![Expected::Result(json!([49, 49])), Attempts("costly", 1)],
        ),
        case(
            "a pure task",
            "pure",
            vec![
                Expected::Result(json!([49, 49])),
                Attempts("pure_square", 1),
            ],
        ),
        case(
            "a pure task that is not",
            "impure",
            returns(json!("denied")),
        ),
        case(
            "a variable",
            "granted_variable",
            returns(json!({"de": "Grüße"})),
        ),
        case(
            "a variable nobody grants",
            "denied_variable",
            returns(json!("denied")),
        ),
        case(
            "a secret",
            "granted_secret",
            vec![
                Expected::Result(json!(9)),
                Print("********"),
                Hidden("swordfish"),
            ],
        ),
        case("the environment", "environment", returns(json!("test"))),
        case("a file", "granted_file", returns(json!("a text"))),
        case(
            "a file nobody grants",
            "denied_file",
            returns(json!("denied")),
        ),
        case(
            "no such component",
            "another_component",
            returns(json!("invalid-input")),
        ),
        case(
            "a question nobody answers",
            "unanswered",
            fails("failed", ""),
        ),
    ]
}

fn timed() -> Vec<Case> {
    let ever = "waits for ever";
    vec![
        case("random numbers", "chances", returns(json!(true))),
        case("awaiting many at once", "gathers", returns(json!(true))).concurrent(),
        case("awaiting a run and a call", "awaits", returns(json!(15))),
        case(
            "a failure awaited",
            "async_failure",
            returns(json!("failed: not now")),
        ),
        case(
            "a deadlock of its own",
            "waits_for_ever",
            fails("failed", ever),
        )
        .lacking_in("c", "C has no waits but those for runs or a time"),
    ]
}
