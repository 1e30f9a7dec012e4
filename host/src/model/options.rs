//! Options of runs, in the spelling of the contract: what the code declares and a submit overrides.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CacheIsolation, CachePolicy, Caps, Hooks, Need};

/// What the code declares about the runs of a flow or task, or one submit overrides; an option that
/// is not there is left to whatever comes before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The run's name; `{parameter}` stands for an argument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_name: Option<String>,
    /// How often a failed attempt is followed by another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// The pause before each retry, in milliseconds; the last one stands for those that follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_delay_ms: Option<OneOrMany>,
    /// What each pause after the last of `retry_delay_ms` is multiplied with; 1 if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_backoff: Option<f64>,
    /// How much longer a pause may be, at random: 0.5 is up to half.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_jitter: Option<f64>,
    /// Whether the code can say if an attempt that crashed or timed out is worth another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_if: Option<bool>,
    /// How long one attempt may take, in milliseconds; of a flow, its runs included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Words to find and to limit runs by. Those of a submit are added to those of the code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Runs of higher priority start first; 0 if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// How many runs of the task may execute at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrency: Option<u32>,
    /// What runs of the task must have in common to share a result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_policy: Option<CachePolicy>,
    /// A text that runs of the task must have in common instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_key: Option<String>,
    /// How long a result is kept, in milliseconds; for ever if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_expiration_ms: Option<u64>,
    /// Whether a run executes although there may be a result, whose place its own takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_cache: Option<bool>,
    /// What runs of one key do that are due at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_isolation: Option<CacheIsolation>,
    /// Whether the sandbox keeps from the task whatever is no argument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pure: Option<bool>,
    /// Whether each line that a run prints becomes a line of its log; the submitting run's if it is
    /// not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_prints: Option<bool>,
    /// Hooks, by the state in which a run ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_completion: Vec<Arc<str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_failure: Vec<Arc<str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_crashed: Vec<Arc<str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_cancellation: Vec<Arc<str>>,
    /// Limits that are lower than the operator's; what is higher changes nothing.
    #[serde(skip_serializing_if = "Caps::is_empty")]
    pub limits: Caps,
    /// What the code asks of the operator, and all that it is given; whatever is granted if it is not
    /// there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<Vec<Need>>,
    /// Which task runner a flow run uses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runner: Option<RunnerKind>,
    /// Worker threads of a flow's thread-pool runner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_workers: Option<usize>,
}

/// A number, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    One(u64),
    Many(Vec<u64>),
}

/// Which task runner a flow run uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunnerKind {
    /// A submit runs the task to its end before it returns.
    Sequential,
    /// Task runs interleave on one worker thread.
    #[default]
    Concurrent,
    /// Task runs interleave on several worker threads.
    ThreadPool,
}

impl Options {
    /// These options, and those of `below` where these are silent. Tags add up; hooks, the retry
    /// condition, what is pure and what is needed are for `below` to say.
    #[must_use]
    pub fn over(self, below: &Self) -> Self {
        let mut tags = below.tags.clone();
        for tag in self.tags {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        // A submit that says by what results are shared says all of it.
        let (cache_policy, cache_key) = match (&self.cache_policy, &self.cache_key) {
            (None, None) => (below.cache_policy.clone(), below.cache_key.clone()),
            _ => (self.cache_policy, self.cache_key),
        };
        Self {
            run_name: self.run_name.or_else(|| below.run_name.clone()),
            retries: self.retries.or(below.retries),
            retry_delay_ms: self.retry_delay_ms.or_else(|| below.retry_delay_ms.clone()),
            retry_backoff: self.retry_backoff.or(below.retry_backoff),
            retry_jitter: self.retry_jitter.or(below.retry_jitter),
            retry_if: below.retry_if,
            timeout_ms: self.timeout_ms.or(below.timeout_ms),
            tags,
            priority: self.priority.or(below.priority),
            max_concurrency: self.max_concurrency.or(below.max_concurrency),
            cache_policy,
            cache_key,
            cache_expiration_ms: self.cache_expiration_ms.or(below.cache_expiration_ms),
            refresh_cache: self.refresh_cache.or(below.refresh_cache),
            cache_isolation: self.cache_isolation.or(below.cache_isolation),
            pure: below.pure,
            log_prints: self.log_prints.or(below.log_prints),
            on_completion: below.on_completion.clone(),
            on_failure: below.on_failure.clone(),
            on_crashed: below.on_crashed.clone(),
            on_cancellation: below.on_cancellation.clone(),
            limits: lowest(self.limits, &below.limits),
            needs: below.needs.clone(),
            runner: self.runner.or(below.runner),
            max_workers: self.max_workers.or(below.max_workers),
        }
    }

    /// Whether there is one that only tasks have.
    pub fn has_any_of_tasks(&self) -> bool {
        self.priority.is_some()
            || self.max_concurrency.is_some()
            || self.cache_policy.is_some()
            || self.cache_key.is_some()
            || self.cache_expiration_ms.is_some()
            || self.refresh_cache.is_some()
            || self.cache_isolation.is_some()
            || self.pure.is_some()
    }

    /// What is called when a run has ended.
    pub fn hooks(&self) -> Hooks {
        Hooks {
            on_completion: self.on_completion.clone(),
            on_failure: self.on_failure.clone(),
            on_crashed: self.on_crashed.clone(),
            on_cancellation: self.on_cancellation.clone(),
        }
    }

    /// When failed attempts are followed by others.
    pub fn retries(&self) -> Retries {
        Retries {
            count: self.retries.unwrap_or(0),
            delays_ms: match &self.retry_delay_ms {
                Some(OneOrMany::One(delay)) => Box::new([*delay]),
                Some(OneOrMany::Many(delays)) => delays.clone().into(),
                None => Box::new([]),
            },
            backoff: self.retry_backoff.unwrap_or(1.0),
            jitter: self.retry_jitter.unwrap_or(0.0),
            condition: self.retry_if.unwrap_or(false),
        }
    }
}

/// Of two statements of one limit the lower one.
fn lowest(mut limits: Caps, others: &Caps) -> Caps {
    for (&cap, &amount) in others {
        let limit = limits.entry(cap).or_insert(amount);
        *limit = amount.min(*limit);
    }
    limits
}

/// When failed attempts are followed by others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retries {
    /// How many at most.
    pub count: u32,
    /// The last one stands for those that follow.
    pub delays_ms: Box<[u64]>,
    pub backoff: f64,
    pub jitter: f64,
    /// Whether the code is asked after a crash or a timeout.
    pub condition: bool,
}

impl Retries {
    /// The pause in milliseconds before the retry of this number, the first being 0. `random` is
    /// between 0 and 1.
    pub fn delay_ms(&self, retry: u32, random: f64) -> u64 {
        let last = self.delays_ms.len().saturating_sub(1);
        let index = retry as usize;
        let Some(&delay) = self.delays_ms.get(index.min(last)) else {
            return 0;
        };
        let beyond = i32::try_from(index.saturating_sub(last)).unwrap_or(i32::MAX);
        let backoff = self.backoff.max(0.0).powi(beyond);
        let jitter = 1.0 + self.jitter.max(0.0) * random;
        // A cast of a float stops at the largest number.
        (delay as f64 * backoff * jitter) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cap;
    use super::*;

    #[track_caller]
    fn check(options: &str, random: f64, delays: &[u64]) {
        let options: Options = serde_json::from_str(options).expect("options");
        let retries = options.retries();
        let all: Vec<_> = (0..delays.len() as u32)
            .map(|retry| retries.delay_ms(retry, random))
            .collect();
        assert_eq!(all, delays);
    }

    #[test]
    fn pauses_are_fixed_listed_or_grow() {
        check("{}", 0.5, &[0, 0]);
        check(r#"{"retry_delay_ms": 100}"#, 0.5, &[100, 100]);
        check(
            r#"{"retry_delay_ms": [1, 20, 300]}"#,
            0.5,
            &[1, 20, 300, 300],
        );
        let growing = r#"{"retry_delay_ms": 100, "retry_backoff": 2}"#;
        check(growing, 0.5, &[100, 200, 400, 800]);
        let both = r#"{"retry_delay_ms": [5, 100], "retry_backoff": 3}"#;
        check(both, 0.5, &[5, 100, 300]);
    }

    #[test]
    fn jitter_makes_a_pause_longer() {
        let options = r#"{"retry_delay_ms": 100, "retry_jitter": 0.5}"#;
        check(options, 0.0, &[100]);
        check(options, 1.0, &[150]);
    }

    #[test]
    fn what_is_absurd_stays_in_bounds() {
        let huge = r#"{"retry_delay_ms": 1000, "retry_backoff": 1e300}"#;
        check(huge, 1.0, &[1000, u64::MAX, u64::MAX]);
        check(
            r#"{"retry_delay_ms": 7, "retry_jitter": -9, "retry_backoff": -1}"#,
            1.0,
            &[7, 0],
        );
        check(r#"{"retry_delay_ms": []}"#, 1.0, &[0]);
    }

    #[test]
    fn a_submit_comes_before_the_code() {
        let code: Options =
            serde_json::from_str(r#"{"retries": 2, "tags": ["a"], "timeout_ms": 5}"#)
                .expect("options");
        let submit: Options =
            serde_json::from_str(r#"{"retries": 0, "tags": ["b", "a"]}"#).expect("options");
        let both = submit.over(&code);
        assert_eq!((both.retries, both.timeout_ms), (Some(0), Some(5)));
        assert_eq!(both.tags, ["a", "b"]);
    }

    #[test]
    fn limits_are_the_lowest_and_needs_are_for_the_code_to_say() {
        let code = r#"{"limits": {"memory": 5, "depth": 3}, "needs": ["secret a"]}"#;
        let code: Options = serde_json::from_str(code).expect("options");
        let submit = r#"{"limits": {"memory": 9, "depth": 2}, "needs": ["secret b"]}"#;
        let submit: Options = serde_json::from_str(submit).expect("options");
        let both = submit.clone().over(&code);
        assert_eq!(both.limits, Caps::from([(Cap::Memory, 5), (Cap::Depth, 2)]));
        assert_eq!(both.needs, code.needs);
        assert_eq!(submit.over(&Options::default()).needs, None);
    }

    #[test]
    fn to_need_nothing_is_not_to_be_silent() {
        for json in [r#"{"needs":[]}"#, "{}", r#"{"needs":["var a"]}"#] {
            let options: Options = serde_json::from_str(json).expect("options");
            assert_eq!(serde_json::to_string(&options).expect("JSON"), json);
        }
        let wrong = serde_json::from_str::<Options>(r#"{"needs": ["token"]}"#);
        let error = wrong.expect_err("there is no kind").to_string();
        assert!(error.starts_with("a need is one of"), "{error}");
    }
}
