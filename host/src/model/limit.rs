//! Limits that runs share, by task or tag: how many at the same time, or how many in a time.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A limit, written `task:NAME=N` or `tag:NAME=N` for so many runs that execute at the same time,
/// and `tag:NAME=N/s` (or `/m`, `/h`) for so many starts in a second (minute, hour).
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    pub scope: Scope,
    pub most: Most,
}

/// Which runs share a limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    Task(Arc<str>),
    Tag(Arc<str>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Most {
    /// Runs that execute at the same time.
    AtOnce(u32),
    /// Milliseconds from one start to the next, at least.
    Every(f64),
}

const EXPECTED: &str = "expected task:NAME=N, tag:NAME=N or tag:NAME=N/s, N being at least 1";

impl FromStr for Limit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scope, most) = text.rsplit_once('=').ok_or(EXPECTED)?;
        let scope = match scope.split_once(':').ok_or(EXPECTED)? {
            (_, "") => return Err(EXPECTED),
            ("task", name) => Scope::Task(name.into()),
            ("tag", name) => Scope::Tag(name.into()),
            _ => return Err(EXPECTED),
        };
        let most = match most.split_once('/') {
            Some((count, unit)) => {
                let unit = match unit {
                    "s" => 1e3,
                    "m" => 60e3,
                    "h" => 3600e3,
                    _ => return Err(EXPECTED),
                };
                Most::Every(unit / f64::from(positive(count)?))
            }
            None => Most::AtOnce(positive(most)?),
        };
        Ok(Self { scope, most })
    }
}

fn positive(text: &str) -> Result<u32, &'static str> {
    match text.parse() {
        Ok(0) | Err(_) => Err(EXPECTED),
        Ok(count) => Ok(count),
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(name) => write!(f, "task:{name}"),
            Self::Tag(name) => write!(f, "tag:{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_rates() {
        let parse = |text: &str| text.parse::<Limit>().map(|limit| (limit.scope, limit.most));
        assert_eq!(
            parse("tag:db=5"),
            Ok((Scope::Tag("db".into()), Most::AtOnce(5)))
        );
        assert_eq!(
            parse("task:a=b=10/s"),
            Ok((Scope::Task("a=b".into()), Most::Every(100.0)))
        );
        for wrong in [
            "",
            "db=5",
            "tag:=5",
            "tag:db",
            "tag:db=0",
            "tag:db=5/d",
            "flow:f=1",
        ] {
            assert_eq!(parse(wrong), Err(EXPECTED), "{wrong}");
        }
    }
}
