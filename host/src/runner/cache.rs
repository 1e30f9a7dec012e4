//! Results that are kept: where, under which keys, and which ones.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use super::Origin;
use super::canonical::{self, Canonical};
use crate::model::{CacheKey, CachePolicy, CacheUse, Options, RunId, Value};
use crate::report::Masks;

/// Where results are kept.
pub trait ResultCache: Send + Sync {
    /// The result that was kept under the key and has not expired.
    fn get(&self, key: &CacheKey, now: Timestamp) -> Option<Value>;

    /// Keeps a result in the place of the one before. It is never given again from `expires` on.
    fn put(&self, key: &CacheKey, result: &Value, expires: Option<Timestamp>);
}

/// Keeps results for as long as it lives.
#[derive(Debug, Default)]
pub struct MemoryCache(Mutex<HashMap<CacheKey, (Value, Option<Timestamp>)>>);

impl ResultCache for MemoryCache {
    fn get(&self, key: &CacheKey, now: Timestamp) -> Option<Value> {
        let kept = self.0.lock().expect("never held across a panic");
        let (result, expires) = kept.get(key)?;
        let is_there = expires.is_none_or(|expires| now < expires);
        is_there.then(|| result.clone())
    }

    fn put(&self, key: &CacheKey, result: &Value, expires: Option<Timestamp>) {
        let mut kept = self.0.lock().expect("never held across a panic");
        kept.insert(*key, (result.clone(), expires));
    }
}

/// A [`ResultCache`] that keeps no secrets.
pub struct Cache {
    results: Box<dyn ResultCache>,
    secrets: Masks,
}

impl Cache {
    pub fn new(results: Box<dyn ResultCache>, secrets: Masks) -> Self {
        Self { results, secrets }
    }

    /// What a run finds that is due now.
    pub(super) fn find(&self, recipe: &Recipe, key: &CacheKey, now: Timestamp) -> Option<Value> {
        match recipe.uses.refresh {
            true => None,
            false => self.results.get(key, now),
        }
    }

    pub(super) fn may_keep(&self, result: &Value) -> bool {
        !self.secrets.find_in(result)
    }

    pub(super) fn keep(&self, recipe: &Recipe, result: &Value, now: Timestamp) {
        if let Some(key) = &recipe.key {
            let expires = |after| now.saturating_add(after).unwrap_or(Timestamp::MAX);
            self.results
                .put(key, result, recipe.expiration.map(expires));
        }
    }
}

/// How the result of a run is kept and found.
pub(super) struct Recipe {
    common: Common,
    pub(super) uses: CacheUse,
    expiration: Option<Duration>,
    /// The flow run that the run belongs to.
    pub(super) flow_run: Option<RunId>,
    /// Known when the run is due.
    pub(super) key: Option<CacheKey>,
    /// Its result is one that may be kept.
    pub(super) offered: bool,
}

/// What runs that share a result have in common, besides the task.
enum Common {
    /// This text.
    Text(String),
    Parts(CachePolicy),
}

/// The arguments of a run.
pub(super) struct Named<'a> {
    pub(super) parameters: &'a [Arc<str>],
    pub(super) values: &'a [Value],
}

impl Recipe {
    /// None if the result is not kept.
    pub(super) fn of(options: &Options) -> Option<Self> {
        let policy = || match (&options.cache_policy, options.pure) {
            (None, Some(true)) => Some(CachePolicy::of_pure()),
            (policy, _) => policy.clone().filter(|policy| !policy.is_empty()),
        };
        Some(Self {
            common: match &options.cache_key {
                Some(text) => Common::Text(text.clone()),
                None => Common::Parts(policy()?),
            },
            uses: CacheUse {
                refresh: options.refresh_cache.unwrap_or(false),
                isolation: options.cache_isolation.unwrap_or_default(),
            },
            expiration: options.cache_expiration_ms.map(Duration::from_millis),
            flow_run: None,
            key: None,
            offered: false,
        })
    }

    pub(super) fn needs_flow(&self) -> bool {
        matches!(&self.common, Common::Parts(policy) if policy.flow_parameters)
    }

    /// A key is the task's own: it holds the task's name, and either the component's digest or where
    /// the component is, so that one component has no say in the results of another one. There is
    /// none where something is not known that the policy names.
    pub(super) fn key(
        &self,
        task: &str,
        origin: &Origin,
        arguments: &Named<'_>,
        flow: Option<&Named<'_>>,
    ) -> Option<CacheKey> {
        let key = Canonical::default().text("wflow cache key 1").text(task);
        let at_home = |key: Canonical| key.text("home").text(&origin.home);
        let key = match &self.common {
            Common::Text(text) => at_home(key).text("text").text(text),
            Common::Parts(policy) => {
                let mut key = match policy.task_source {
                    true => key.text("component").text(&origin.digest),
                    false => at_home(key),
                };
                if policy.inputs {
                    let inputs = arguments.digest(&policy.without);
                    key = key.text("inputs").digest(&inputs);
                }
                if policy.flow_parameters {
                    key = key.text("flow-parameters").digest(&flow?.digest(&[]));
                }
                match policy.run_id {
                    true => key.text("run-id").text(&self.flow_run?.to_string()),
                    false => key,
                }
            }
        };
        Some(CacheKey(key.finish()))
    }
}

impl Named<'_> {
    fn digest(&self, without: &[String]) -> canonical::Digest {
        let named = self.parameters.iter().zip(self.values);
        let counted =
            named.filter(|(name, _)| !without.iter().any(|left_out| **left_out == ***name));
        canonical::of_named(
            counted.map(|(name, value)| (Cow::Borrowed(&**name), canonical::of_value(value))),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(
        options: &str,
        digest: &str,
        arguments: [&str; 2],
        flow: &str,
        run: u128,
    ) -> CacheKey {
        let options: Options = serde_json::from_str(options).expect("options");
        let mut recipe = Recipe::of(&options).expect("results are kept");
        recipe.flow_run = Some(RunId(uuid::Uuid::from_u128(run)));
        let origin = Origin {
            name: "".into(),
            digest: digest.into(),
            home: "plugin.wasm".into(),
        };
        let parameters: [Arc<str>; 2] = ["n".into(), "debug".into()];
        let values = arguments.map(|text| Value::Json(text.into()));
        let flow = [Value::Json(flow.into())];
        let flow = Named {
            parameters: &parameters[..1],
            values: &flow,
        };
        let arguments = Named {
            parameters: &parameters,
            values: &values,
        };
        let key = recipe.key("task", &origin, &arguments, Some(&flow));
        key.expect("everything is known")
    }

    /// Which of these changes gives another key: the component, the first argument, the second, the
    /// flow's argument, the flow run.
    #[track_caller]
    fn check(options: &str, changes: [bool; 5]) {
        let key = key_of(options, "a", ["1", "true"], "5", 9);
        let others = [
            key_of(options, "b", ["1", "true"], "5", 9),
            key_of(options, "a", ["2", "true"], "5", 9),
            key_of(options, "a", ["1", "false"], "5", 9),
            key_of(options, "a", ["1", "true"], "6", 9),
            key_of(options, "a", ["1", "true"], "5", 8),
        ];
        assert_eq!(others.map(|other| other != key), changes, "{options}");
        assert_eq!(key_of(options, "a", [" 1.0", "true "], "5e0", 9), key);
    }

    #[test]
    fn a_policy_says_what_makes_a_difference() {
        let policy = |words: &str| format!(r#"{{"cache_policy": {words}}}"#);
        check(&policy(r#"["inputs"]"#), [false, true, true, false, false]);
        check(
            &policy(r#"["inputs", "-debug"]"#),
            [false, true, false, false, false],
        );
        check(
            &policy(r#"["task-source"]"#),
            [true, false, false, false, false],
        );
        check(
            &policy(r#"["flow-parameters"]"#),
            [false, false, false, true, false],
        );
        check(
            &policy(r#"["run-id", "inputs"]"#),
            [false, true, true, false, true],
        );
        check(r#"{"pure": true}"#, [true, true, true, false, false]);
        check(r#"{"cache_key": "x"}"#, [false; 5]);
        check(r#"{"cache_key": "x", "pure": true}"#, [false; 5]);
    }

    #[test]
    fn without_a_policy_nothing_is_kept() {
        for options in [
            "{}",
            r#"{"refresh_cache": true, "cache_expiration_ms": 1}"#,
            r#"{"cache_policy": []}"#,
            r#"{"cache_policy": [], "pure": true}"#,
            r#"{"pure": false}"#,
        ] {
            let options: Options = serde_json::from_str(options).expect("options");
            assert!(Recipe::of(&options).is_none(), "{options:?}");
        }
    }

    #[test]
    fn results_expire_and_give_way() {
        let cache = MemoryCache::default();
        let key = CacheKey([1; 32]);
        let at = |ms| Timestamp::from_millisecond(ms).expect("in range");
        cache.put(&key, &Value::null(), Some(at(5)));
        assert_eq!(cache.get(&key, at(4)), Some(Value::null()));
        assert_eq!(cache.get(&key, at(5)), None);
        let newer = Value::Json("1".into());
        cache.put(&key, &newer, None);
        assert_eq!(cache.get(&key, at(i64::from(i32::MAX))), Some(newer));
        assert_eq!(cache.get(&CacheKey([2; 32]), at(0)), None);
    }
}
