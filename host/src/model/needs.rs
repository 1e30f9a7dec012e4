//! What code asks of the operator: a kind of grant and a name, such as `secret token`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A grant that a flow or task cannot do without, written `KIND NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Need {
    pub kind: NeedKind,
    /// Not empty: what stands behind the kind, such as `GET https://api.example.org`.
    pub name: String,
}

/// Which of the operator's lists a need is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NeedKind {
    /// A folder, by the name that guests know it under; read-only with `:ro` at the end.
    Dir,
    /// A variable of the environment.
    Env,
    /// `HOST:PORT`, or `HOST` for every port.
    Net,
    /// `METHOD URL`.
    Http,
    /// A variable that guests ask for.
    Var,
    Secret,
}

impl NeedKind {
    pub const ALL: [Self; 6] = [
        Self::Dir,
        Self::Env,
        Self::Net,
        Self::Http,
        Self::Var,
        Self::Secret,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Dir => "dir",
            Self::Env => "env",
            Self::Net => "net",
            Self::Http => "http",
            Self::Var => "var",
            Self::Secret => "secret",
        }
    }
}

impl FromStr for Need {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = || {
            let kinds = NeedKind::ALL.map(NeedKind::name).join(", ");
            format!("a need is one of {kinds}, and a name behind it, not '{text}'")
        };
        let (kind, name) = text
            .trim()
            .split_once(char::is_whitespace)
            .ok_or_else(expected)?;
        let mut kinds = NeedKind::ALL.into_iter();
        Ok(Self {
            kind: kinds.find(|it| it.name() == kind).ok_or_else(expected)?,
            name: name.trim_start().to_owned(),
        })
    }
}

impl TryFrom<String> for Need {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Need> for String {
    fn from(need: Need) -> Self {
        need.to_string()
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, kind: NeedKind, name: &str) {
        let need: Need = serde_json::from_value(text.into()).expect("a need");
        assert_eq!((need.kind, &*need.name), (kind, name));
        let spelt = format!("{} {name}", kind.name());
        assert_eq!(serde_json::to_value(&need).expect("text"), spelt);
        assert_eq!(spelt.parse(), Ok(need));
    }

    #[test]
    fn needs_are_a_kind_and_a_name() {
        check("dir my data:ro", NeedKind::Dir, "my data:ro");
        check("env HOME", NeedKind::Env, "HOME");
        check("net [::1]:5432", NeedKind::Net, "[::1]:5432");
        let request = "GET https://api.example.org";
        check(&format!("http {request}"), NeedKind::Http, request);
        check("var workers", NeedKind::Var, "workers");
        check(" secret \t token ", NeedKind::Secret, "token");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", " ", "secret", "secret ", "clock real", "Secret token"] {
            let error = serde_json::from_value::<Need>(text.into()).expect_err(text);
            let expected = format!(
                "a need is one of dir, env, net, http, var, secret, and a name behind it, not '{text}'"
            );
            assert_eq!(error.to_string(), expected);
        }
    }
}
