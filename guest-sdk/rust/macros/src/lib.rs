//! The attributes `#[flow]` and `#[task]` of `wflow-sdk`, which re-exports and documents them.

mod amount;
mod attribute;
mod expand;
mod function;
mod limits;
mod needs;
mod options;
mod policy;
mod value;
mod words;

use proc_macro::TokenStream;

/// What an attribute makes of a function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Flow,
    Task,
}

/// Makes a function a task: every call of it is a task run, in an instance of its own.
///
/// For a task `t` of a parameter of type `A` and a result of type `T`:
///
/// - `t(a)` submits a run and waits for its result, a `Result<T>`;
/// - `t::submit(a)` submits a run and returns its `Future<T>` at once;
/// - `t::map(list)` submits one run for each element and returns their futures;
/// - `t::with()` overrides options for one submit:
///   `t::with().retries(3).timeout(Duration::from_secs(5)).submit(a)`.
///
/// Each parameter takes a value, a reference to one, or the future of the run that returns it. The
/// function returns a value, a future, or a `Result` of either; doc comments become the description.
///
/// | option | meaning |
/// |---|---|
/// | `name = "load"` | the task's name instead of the function's |
/// | `run_name = "load {path}"` | the runs' names, with arguments in the places of parameters |
/// | `retries = 2` | how often a failed attempt is followed by another |
/// | `retry_delay = "500ms"` | how long to wait before each retry, or `["1s", "10s"]`: before the first, and before those that follow |
/// | `retry_backoff = 2.0` | what each further delay is multiplied with |
/// | `retry_jitter = 0.5` | how much longer a delay may be, at random |
/// | `retry_if = worth_it` | a `Fn(&Failure) -> bool`: is a failed attempt worth another one? After a crash or a timeout asked in an instance of its own |
/// | `timeout = "10s"` | how long one attempt may take |
/// | `tags = ["io"]` | words to find and to limit its runs by |
/// | `priority = 1` | ready runs of a higher priority start first; 0 without |
/// | `max_concurrency = 4` | how many of its runs may execute at the same time |
/// | `cache_policy = "inputs + task-source"` | what runs must have in common to share a result: `inputs`, less parameters (`inputs - debug`), `task-source`, `flow-parameters`, `run-id`, or `none` of these |
/// | `cache_key = key_of` | a function of references to the arguments: what it returns, as text, is what runs must have in common instead |
/// | `cache_expiration = "1h"` | how long a result is kept; for ever without |
/// | `refresh_cache` | a run executes although there may be a result, whose place its own takes |
/// | `cache_isolation = "serializable"` | a run waits while another one executes whose result it could have |
/// | `pure` | the task depends on its arguments alone: nothing else is granted to it, and its results are kept for the same code and arguments |
/// | `log_prints = true` | lines that a run prints go to its log; the submitting run's choice without |
/// | `memory = "64MiB"`, `result`, `arguments`, `output`, `http_response` | limits of an attempt in bytes, `"10KB"` or a number; like all limits here they lower what the operator sets, and raise nothing |
/// | `cpu_time = "10s"`, `wall_time` | limits of an attempt's time: on the worker, and with its waits |
/// | `output_lines = 100`, `table_elements`, `instances`, `submits`, `depth`, `open_files`, `artifacts` | limits of an attempt that are counts |
/// | `needs = ["secret token", "dir data:ro"]` | what it asks of the operator, and all that it is given: `dir`, `env`, `net`, `http`, `var` or `secret`, and a name. Without the option it is given whatever the operator grants |
/// | `on_completion`, `on_failure`, `on_crashed`, `on_cancellation` `= notify` | a function of one `EndedRun`, or a list of such, to call in an instance of its own when a run has ended so |
///
/// A parameter is optional with `#[default(EXPR)]` before it, or if its type is an `Option`.
#[proc_macro_attribute]
pub fn task(options: TokenStream, item: TokenStream) -> TokenStream {
    attribute::expand(Kind::Task, options.into(), item.into()).into()
}

/// Makes a function a flow, which `wflow run` starts and which submits tasks.
///
/// For a flow `f`, `f(a)` runs it as a subflow and waits for its result, `f::start(a)` returns the
/// subflow's future at once, and `f::with()` overrides options for one start.
///
/// | option | meaning |
/// |---|---|
/// | `name = "etl"` | the flow's name instead of the function's |
/// | `runner = "thread-pool"` | `"sequential"`, `"concurrent"` (the default) or `"thread-pool"` |
/// | `max_workers = 4` | how many threads the thread pool has |
/// | `timeout = "5m"` | how long an attempt and its runs may take |
/// | `run_name`, `retries`, `retry_…`, `tags`, `log_prints`, `on_…`, `needs`, limits | as for a task; a retry runs the whole flow again |
///
/// Parameters, results and doc comments are as for [`macro@task`].
#[proc_macro_attribute]
pub fn flow(options: TokenStream, item: TokenStream) -> TokenStream {
    attribute::expand(Kind::Flow, options.into(), item.into()).into()
}
