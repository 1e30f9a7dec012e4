//! Results that are kept for later runs, and tasks that depend on their arguments alone.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wflow::EndedRun;
use wflow::prelude::*;

use crate::concurrency::doze;
use crate::shapes::{increment, noop};

/// Another number each time that it executes.
#[task]
fn draw(n: u32, label: String) -> u64 {
    RandomState::new().hash_one((n, label))
}

fn ends<T>(runs: &[Future<T>]) -> Vec<String> {
    runs.iter().map(|run| run.wait().to_string()).collect()
}

/// How runs end, one after the other, the first of them twice.
#[flow]
fn drawn_by(policy: String) -> Vec<String> {
    let arguments = [(1, "a"), (1, "a"), (2, "a"), (1, "b")];
    let mut runs = Vec::new();
    for (n, label) in arguments {
        let run = draw::with().cache_policy(&policy).submit(n, label);
        run.wait();
        runs.push(run);
    }
    ends(&runs)
}

/// How two runs end of a task that declares no policy.
#[flow]
fn drawn_without_a_policy() -> Vec<String> {
    let first = draw::submit(1, "a");
    first.wait();
    ends(&[first, draw::submit(1, "a")])
}

#[flow]
fn draws_once(n: u32, policy: String) -> Result<(String, u32)> {
    let run = draw::with().cache_policy(&policy).submit(1, "a");
    run.result()?;
    Ok((run.state().to_string(), n))
}

/// How a run ends in three flow runs, of which two have the same arguments.
#[flow]
fn drawn_in_flows(policy: String) -> Result<Vec<String>> {
    let ends = [1, 1, 2].map(|n| Ok(draws_once(n, &policy)?.0));
    ends.into_iter().collect()
}

/// Runs whose arguments are the results of others: the same number by another way.
#[flow]
fn drawn_from_futures() -> Result<Vec<String>> {
    let policy = || draw::with().cache_policy("inputs + task-source");
    let label = label_of::submit(300, "a");
    let one = policy().submit(increment::submit(0), &label);
    one.result()?;
    let other = policy().submit(noop::submit(1), "a");
    other.result()?;
    Ok(ends(&[one, other]))
}

#[task]
fn label_of(milliseconds: u64, label: String) -> String {
    sleep(Duration::from_millis(milliseconds));
    label
}

#[task(cache_policy = "inputs", cache_isolation = "serializable")]
async fn draw_alone(n: u32) -> u64 {
    wflow::sleep(Duration::from_millis(50)).await;
    RandomState::new().hash_one(n)
}

/// How many different numbers there are among those of runs that are all due at once.
#[flow]
fn drawn_alone() -> Result<usize> {
    let runs = draw_alone::map((0..12).map(|n| n % 3));
    let numbers: Result<HashSet<_>> = runs.iter().map(Future::result).collect();
    Ok(numbers?.len())
}

#[task(cache_policy = "run-id", cache_isolation = "serializable")]
fn descend(depth: u32) -> Result<u32> {
    match depth {
        0 => Ok(0),
        depth => Ok(descend(depth - 1)? + 1),
    }
}

/// Runs of one key that wait for each other's results.
#[flow]
fn descended() -> Result<u32> {
    descend(5)
}

#[task(cache_policy = "inputs", retries = 1)]
fn fail_always(n: u32) -> Result<u32> {
    Err(Failure::new(format!("no luck with {n}")))
}

/// Fails twice in the same way.
#[flow]
fn failed_twice() -> Vec<String> {
    let first = fail_always::submit(1);
    first.wait();
    ends(&[first, fail_always::submit(1)])
}

/// How runs end of whose results one expires before the next begins, and one does not.
#[flow]
fn expired() -> Vec<String> {
    let mut runs = Vec::new();
    for (n, milliseconds) in [(1, 50), (1, 50), (2, 3_600_000), (2, 3_600_000)] {
        let kept = draw::with().cache_policy("inputs");
        let kept = kept.cache_expiration(Duration::from_millis(milliseconds));
        let run = kept.submit(n, "");
        run.wait();
        runs.push(run);
        sleep(Duration::from_millis(100));
    }
    ends(&runs)
}

/// Whether a run that refreshes has the same number as the one before, and as the one after.
#[flow]
fn refreshed() -> Result<(bool, bool)> {
    let kept = || draw::with().cache_policy("inputs");
    let first = kept().submit(1, "").result()?;
    let fresh = kept().refresh_cache(true).submit(1, "").result()?;
    let last = kept().submit(1, "").result()?;
    Ok((first == fresh, fresh == last))
}

fn width_alone(_: &str, width: &u32) -> String {
    format!("width {width}")
}

#[task(cache_key = width_alone, cache_isolation = "serializable")]
fn resized(path: String, width: u32) -> String {
    format!("{path} {width}")
}

/// What runs return whose key is made of one of their arguments: two submits, two of a map, one with
/// an argument that is no value yet, one with another key, and one after such an argument was one.
#[flow]
fn keyed() -> Result<Vec<String>> {
    let mut runs = vec![resized::submit("a", 1), resized::submit("b", 1)];
    runs.extend(resized::map(["c", "d"], [1, 2]));
    runs.push(resized::submit(label_of::submit(0, "e"), 1));
    runs.push(resized::with().cache_key("f").submit("f", 1));
    let unkept = resized::submit(label_of::submit(0, "g"), 3);
    unkept.wait();
    runs.extend([unkept, resized::submit("h", 3)]);
    runs.iter().map(Future::result).collect()
}

fn notify(run: EndedRun) {
    println!(
        "{} after {}: {}",
        run.task.unwrap_or_default(),
        run.attempts,
        run.state
    );
}

#[task(cache_policy = "task-source", on_completion = notify)]
fn watched_draw() -> u64 {
    RandomState::new().hash_one(())
}

#[flow]
fn watched_twice() -> Result<bool> {
    Ok(watched_draw()? == watched_draw()?)
}

#[task(cache_policy = "inputs")]
fn repeat_secret(n: u32, secret: String) -> String {
    format!("{n} times {secret}")
}

/// How two runs end that return a secret, and two that do not.
#[flow]
fn secrets_drawn() -> Result<Vec<String>> {
    let token = wflow::secret("token")?;
    let mut runs = Vec::new();
    for secret in [token.expose(), token.expose(), "none", "none"] {
        let run = repeat_secret::submit(1, secret);
        run.wait();
        runs.push(run);
    }
    Ok(ends(&runs))
}

/// How a run ends whose policy makes no sense.
#[flow]
fn misused(policy: String) -> String {
    let run = draw::with().cache_policy(&policy).submit(1, "");
    match run.result() {
        Ok(number) => number.to_string(),
        Err(failure) => format!("{}: {}", failure.kind(), failure.message()),
    }
}

/// What a pure task reaches for.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Reach {
    Nothing,
    /// The seed of a hash map, which is a constant.
    HashMap,
    Print,
    Panic,
    Clock,
    WallClock,
    Sleep,
    AsyncSleep,
    Random,
    File,
    Folder,
    Network,
    Request,
    Environment,
    Arguments,
    Variable,
    Secret,
    Submit,
    Flow,
}

#[task(pure)]
async fn reaches(reach: Reach) -> Result<u64> {
    match reach {
        Reach::Nothing => {}
        Reach::HashMap => {
            let map = HashMap::from([(1, 2)]);
            return Ok(map.hasher().hash_one(map.len()));
        }
        Reach::Print => {
            println!("printed");
            wflow::info!("logged");
        }
        Reach::Panic => panic!("pure panic"),
        Reach::Clock => drop(Instant::now()),
        Reach::WallClock => drop(SystemTime::now().elapsed()),
        Reach::Sleep => sleep(Duration::from_millis(1)),
        Reach::AsyncSleep => wflow::sleep(Duration::from_millis(1)).await,
        Reach::Random => {
            getrandom::fill(&mut [0]).map_err(|error| Failure::new(error.to_string()))?
        }
        Reach::File => drop(std::fs::read("/etc/passwd")),
        Reach::Folder => drop(std::env::current_dir()?.read_dir()?),
        Reach::Network => drop(TcpStream::connect("127.0.0.1:9")),
        Reach::Request => drop(wasip2::http::types::Fields::new()),
        Reach::Environment => return Ok(std::env::vars().count() as u64),
        Reach::Arguments => return Ok(std::env::args().count() as u64),
        Reach::Variable => drop(wflow::variable::<u64>("workers")),
        Reach::Secret => drop(wflow::secret("token")),
        Reach::Submit => drop(noop::submit(1)),
        Reach::Flow => drop(draws_once::start(1, "none")),
    }
    Ok(0)
}

/// How a pure task ends that reaches for something.
#[flow]
fn reached(reach: Reach) -> String {
    match reaches::submit(reach).result() {
        Ok(number) => number.to_string(),
        Err(failure) => format!("{}: {}", failure.kind(), failure.message()),
    }
}

/// How pure runs end, in this flow run and in others.
#[flow]
fn pure_again() -> Result<Vec<String>> {
    let first = reaches::submit(Reach::HashMap);
    first.result()?;
    let again = reaches::submit(Reach::HashMap);
    let other = reaches::submit(Reach::Nothing);
    other.result()?;
    let elsewhere = pure_elsewhere()?;
    let mut ends = ends(&[first, again, other]);
    ends.push(elsewhere);
    Ok(ends)
}

#[flow]
fn pure_elsewhere() -> String {
    reaches::submit(Reach::Nothing).wait().to_string()
}

/// Keeps the only worker busy while a result is there for another run.
#[flow]
fn overtaken() -> Result<Vec<String>> {
    let kept = || draw::with().cache_policy("inputs");
    kept().submit(1, "").result()?;
    drop(doze::submit(2000));
    let again = kept().submit(1, "");
    let (done, _) = wflow::wait([again], Some(Duration::from_millis(1000)));
    Ok(ends(&done))
}
