//! Results that are kept for later runs: what makes up their keys, and how runs use them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::hex;

/// What a kept result is found by: a SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheKey(pub [u8; 32]);

impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// What two runs of a task must have in common to share a result; with nothing in it, they share
/// none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct CachePolicy {
    /// The arguments, but for those of [`CachePolicy::without`].
    pub inputs: bool,
    /// Parameters that make no difference.
    pub without: Vec<String>,
    /// The component, to the byte.
    pub task_source: bool,
    /// The arguments of the flow run that the run belongs to.
    pub flow_parameters: bool,
    /// The flow run that it belongs to.
    pub run_id: bool,
}

impl CachePolicy {
    /// What holds for a pure task: the same code on the same arguments gives the same result.
    pub fn of_pure() -> Self {
        Self {
            inputs: true,
            task_source: true,
            ..Self::default()
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl TryFrom<Vec<String>> for CachePolicy {
    type Error = String;

    fn try_from(words: Vec<String>) -> Result<Self, String> {
        let mut policy = Self::default();
        for word in words {
            match &*word {
                "inputs" => policy.inputs = true,
                "task-source" => policy.task_source = true,
                "flow-parameters" => policy.flow_parameters = true,
                "run-id" => policy.run_id = true,
                other => match other.strip_prefix('-') {
                    Some(parameter) => policy.without.push(parameter.to_owned()),
                    None => {
                        return Err(format!(
                            "a cache policy is made of inputs, task-source, flow-parameters, \
                             run-id and -PARAMETER, not of '{other}'"
                        ));
                    }
                },
            }
        }
        match (policy.inputs, policy.without.first()) {
            (false, Some(parameter)) => Err(format!(
                "a cache policy without inputs has no '{parameter}' to leave out"
            )),
            _ => Ok(policy),
        }
    }
}

impl From<CachePolicy> for Vec<String> {
    fn from(policy: CachePolicy) -> Self {
        let parts = [
            ("inputs", policy.inputs),
            ("task-source", policy.task_source),
            ("flow-parameters", policy.flow_parameters),
            ("run-id", policy.run_id),
        ];
        let there = parts.into_iter().filter(|(_, there)| *there);
        let without = policy.without.iter().map(|name| format!("-{name}"));
        there
            .map(|(part, _)| part.to_owned())
            .chain(without)
            .collect()
    }
}

/// What runs of one key do that are due at the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CacheIsolation {
    /// Each executes unless there is a result.
    #[default]
    ReadCommitted,
    /// They wait for the one that executes.
    Serializable,
}

/// How a task run uses results that are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheUse {
    /// It executes although there may be a result, and takes its place.
    pub refresh: bool,
    pub isolation: CacheIsolation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, again: Result<&str, &str>) {
        let policy: Result<CachePolicy, _> = serde_json::from_str(text);
        let shown = policy.map(|policy| serde_json::to_string(&policy).expect("words"));
        match (shown, again) {
            (Ok(shown), Ok(again)) => assert_eq!(shown, again),
            (Err(error), Err(says)) => assert!(error.to_string().contains(says), "{error}"),
            (shown, _) => panic!("{shown:?}"),
        }
    }

    #[test]
    fn policies_are_lists_of_words() {
        check("[]", Ok("[]"));
        check(
            r#"["run-id", "-debug", "inputs", "-inputs", "run-id"]"#,
            Ok(r#"["inputs","run-id","-debug","-inputs"]"#),
        );
        check(
            r#"["task-source", "flow-parameters"]"#,
            Ok(r#"["task-source","flow-parameters"]"#),
        );
        check(r#"["input"]"#, Err("not of 'input'"));
        check(r#"["-debug"]"#, Err("has no 'debug' to leave out"));
        check(r#""inputs""#, Err("expected a sequence"));
    }
}
