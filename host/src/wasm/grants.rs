//! What the operator grants to guests, in the spelling of the command line.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Error, Result, ensure};
use bytesize::ByteSize;
use serde::de::IgnoredAny;

use super::files::Folder;
use super::fixed::{ClockGrant, RandomGrant};
use super::network::{HttpGrant, NetworkGrant};
use crate::model::Unit;

/// What every run may use beyond its own memory; nothing by default.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    pub folders: Vec<Folder>,
    pub environment: Vec<Variable>,
    pub network: Vec<NetworkGrant>,
    pub http: Vec<HttpGrant>,
    pub variables: Vec<VariableGrant>,
    pub secrets: Vec<Secret>,
    pub clock: ClockGrant,
    pub random: RandomGrant,
}

/// A folder of the host that guests see: `HOST::GUEST`, or `HOST` under its own name; read-only
/// with `:ro` at the end, with a quota with `:max=SIZE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderGrant {
    pub host: PathBuf,
    pub guest: String,
    pub read_only: bool,
    /// Bytes that all files in it may take together.
    pub quota: Option<u64>,
}

/// A variable that guests see: `NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    pub value: String,
}

/// A value that guests may ask for: `NAME=JSON`, or `NAME=TEXT` for a string that is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableGrant {
    pub name: String,
    /// JSON text.
    pub value: String,
}

/// A secret that guests may ask for: `NAME=SOURCE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretGrant {
    pub name: String,
    /// None where no known source is named. That is no error yet: what was written instead may be
    /// the secret itself, and the messages of parsers repeat what they were given.
    pub source: Option<SecretSource>,
}

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// `env:VAR`: a variable of wflow's own environment.
    Environment(String),
    /// `file:PATH`.
    File(PathBuf),
    /// `cmd:COMMAND`: what a command of the shell prints.
    Command(String),
}

/// A secret that has been read.
#[derive(Clone)]
pub struct Secret {
    pub name: String,
    pub value: String,
}

impl Grants {
    /// JSON text of the variable, or what to say to who asks for it.
    pub(super) fn variable(&self, name: &str) -> Result<&str, String> {
        let granted = self.variables.iter().find(|granted| granted.name == name);
        granted
            .map(|granted| &*granted.value)
            .ok_or_else(|| not_granted("variable", name, "--var", "JSON"))
    }

    /// The secret's value, or what to say to who asks for it.
    pub(super) fn secret(&self, name: &str) -> Result<&str, String> {
        let granted = self.secrets.iter().find(|granted| granted.name == name);
        granted
            .map(|granted| &*granted.value)
            .ok_or_else(|| not_granted("secret", name, "--secret", "env:NAME"))
    }
}

fn not_granted(what: &str, name: &str, grant: &str, value: &str) -> String {
    let option = option(grant, &format!("{name}={value}"));
    format!("no {what} '{name}' is granted; grant it with {option}")
}

/// An option for somebody to give to a shell, whatever a project or a guest put into its value.
pub fn option(name: &str, value: &impl ToString) -> String {
    let value = value.to_string();
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_=.,:/@%+".contains(char);
    // What looks like an option itself is not taken for a value.
    let separator = if value.starts_with('-') { '=' } else { ' ' };
    match value.chars().all(is_plain) {
        true => format!("{name}{separator}{value}"),
        false => format!("{name}{separator}'{}'", value.replace('\'', r"'\''")),
    }
}

impl FromStr for FolderGrant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (text, quota) = match text.rsplit_once(":max=") {
            Some((text, size)) => (text, Some(bytes(size)?)),
            None => (text, None),
        };
        let (text, read_only) = match text.strip_suffix(":ro") {
            // A guest's folder may be called `ro`.
            Some(text) if !text.ends_with(':') => (text, true),
            _ => (text, false),
        };
        let (host, guest) = text.rsplit_once("::").unwrap_or((text, text));
        ensure!(
            !host.is_empty() && !guest.is_empty() && guest.trim_matches(':') == guest,
            "expected HOST::GUEST[:ro][:max=SIZE]"
        );
        Ok(Self {
            host: host.into(),
            guest: guest.into(),
            read_only,
            quota,
        })
    }
}

fn bytes(size: &str) -> Result<u64> {
    let parsed = size.parse::<ByteSize>().map_err(Error::msg);
    let parsed = parsed.with_context(|| format!("max={size} is no size like 100MiB"))?;
    Ok(parsed.as_u64())
}

fn named(text: &str) -> Option<(&str, &str)> {
    text.split_once('=').filter(|(name, _)| !name.is_empty())
}

impl FromStr for Variable {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, value) = named(text).context("expected NAME=VALUE")?;
        Ok(Self {
            name: name.into(),
            value: value.into(),
        })
    }
}

impl FromStr for VariableGrant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, value) = named(text).context("expected NAME=JSON")?;
        let value = match serde_json::from_str::<IgnoredAny>(value) {
            Ok(_) => value.to_owned(),
            Err(_) => serde_json::Value::from(value).to_string(),
        };
        Ok(Self {
            name: name.into(),
            value,
        })
    }
}

impl FromStr for SecretGrant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, source) = text.split_once('=').unwrap_or((text, ""));
        ensure!(!name.is_empty(), "expected NAME=SOURCE");
        Ok(Self {
            name: name.into(),
            source: SecretSource::named(source),
        })
    }
}

impl SecretSource {
    fn named(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            (_, "") => None,
            ("env", variable) => Some(Self::Environment(variable.into())),
            ("file", path) => Some(Self::File(path.into())),
            ("cmd", command) => Some(Self::Command(command.into())),
            _ => None,
        }
    }
}

impl fmt::Display for FolderGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = if self.read_only { ":ro" } else { "" };
        write!(f, "{}::{}{suffix}", self.host.display(), self.guest)?;
        match self.quota {
            Some(bytes) => write!(f, ":max={}", Unit::Bytes.shown(bytes)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

impl fmt::Display for VariableGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

impl fmt::Display for SecretGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(f, "{}={source}", self.name),
            None => write!(f, "{}=env:NAME", self.name),
        }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(variable) => write!(f, "env:{variable}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Command(command) => write!(f, "cmd:{command}"),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=********", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_given_to_a_shell_as_it_is() {
        for (value, shown) in [
            ("a=1", "--env a=1"),
            ("a=$(b)", "--env 'a=$(b)'"),
            ("a=it's", r"--env 'a=it'\''s'"),
            ("-a=1", "--env=-a=1"),
        ] {
            assert_eq!(option("--env", &value), shown);
        }
    }

    #[test]
    fn folders_under_their_own_name_or_another() {
        for (text, shown) in [
            ("data", "data::data"),
            ("a/b::c:ro", "a/b::c:ro"),
            ("a:::b", "a:::b"),
            ("a::c:max=0.5GiB", "a::c:max=512MiB"),
            ("a:ro:max=1000", "a::a:ro:max=1000B"),
            ("ro", "ro::ro"),
            ("a::ro", "a::ro"),
            ("a::ro:ro", "a::ro:ro"),
        ] {
            let grant: FolderGrant = text.parse().expect("a grant");
            assert_eq!(grant.to_string(), shown);
            assert_eq!(shown.parse::<FolderGrant>().expect("a grant"), grant);
        }
        assert!("::c".parse::<FolderGrant>().is_err());
        assert!("a:max=lots".parse::<FolderGrant>().is_err());
    }

    #[test]
    fn variables_are_json_or_text() {
        for (text, shown) in [
            ("a=1", "a=1"),
            (r#"a={"b": [true]}"#, r#"a={"b": [true]}"#),
            ("a=b=c", r#"a="b=c""#),
            ("a=", r#"a="""#),
        ] {
            let grant: VariableGrant = text.parse().expect("a grant");
            assert_eq!(grant.to_string(), shown);
        }
        assert!("a".parse::<VariableGrant>().is_err());
        assert!("=1".parse::<VariableGrant>().is_err());
    }

    #[test]
    fn secrets_name_their_source_and_nothing_else_is_repeated() {
        for (text, shown) in [
            ("a=env:TOKEN", "a=env:TOKEN"),
            ("a=file:some/token", "a=file:some/token"),
            ("a=cmd:pass show a=b", "a=cmd:pass show a=b"),
            ("a=swordfish", "a=env:NAME"),
            ("a=env:", "a=env:NAME"),
            ("a", "a=env:NAME"),
        ] {
            let grant: SecretGrant = text.parse().expect("a grant");
            assert_eq!(grant.to_string(), shown);
        }
        assert!("=env:TOKEN".parse::<SecretGrant>().is_err());
    }
}
