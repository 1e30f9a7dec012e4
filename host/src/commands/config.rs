//! How runs are executed, as options and as `wflow.toml` say it: one structure for both.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bytesize::ByteSize;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::{Deserialize, Deserializer, de};

use super::caps::CapArgs;
use super::tenant::Tenant;
use super::{machine, nearest};
use crate::model::{Limit, RunnerKind};
use crate::wasm::{
    ClockGrant, CommandLine, FolderGrant, HttpGrant, NetworkGrant, RandomGrant, SecretGrant,
    SecretSource, Variable, VariableGrant,
};

/// The file of the operator in the folder where wflow is started, or of a project.
pub(super) const FILE: &str = "wflow.toml";

const LIMITS: &str = "Limits of components";

#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Config {
    /// How task runs are executed [default: what the flow's code says, or concurrent]
    #[arg(long, value_parser = runner())]
    pub(super) runner: Option<RunnerKind>,
    /// Worker threads of the thread-pool runner [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) max_workers: Option<u16>,
    /// Task runs that execute at the same time [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_concurrency: Option<u32>,
    /// How long the flow run may take, e.g. 30s
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    #[serde(deserialize_with = "duration")]
    pub(super) timeout: Option<Duration>,
    /// So many runs of a task or with a tag at the same time, or so many starts a second (/m, /h)
    #[arg(long = "concurrency-limit", value_name = "task:NAME=N|tag:NAME=N[/s]")]
    #[serde(deserialize_with = "texts")]
    pub(super) concurrency_limits: Vec<Limit>,
    /// Stack of every guest, which code does not lower [default: 512KiB]
    #[arg(long, value_name = "SIZE", help_heading = LIMITS)]
    pub(super) stack: Option<ByteSize>,
    #[command(flatten)]
    pub(super) quotas: QuotaArgs,
    /// Other components, whose flows and tasks go by their component's name, a slash and their own.
    #[arg(skip)]
    pub(super) components: BTreeMap<String, PathBuf>,
    /// WASI commands, each of which is a task: the command's name, a slash and `run`.
    #[arg(skip)]
    pub(super) commands: BTreeMap<String, CommandLine>,
    #[command(flatten)]
    pub(super) limits: CapArgs,
    #[command(flatten)]
    pub(super) compile: CompileOptions,
    /// What tenants have instead of the grants and components, and over the rest.
    #[arg(skip)]
    pub(super) tenants: BTreeMap<String, Self>,
    /// Whether a tenant uses the code that is kept for all, and so can tell what others have compiled.
    #[arg(skip)]
    pub(super) shared_cache: Option<bool>,
    /// What is said of single flows and tasks, by their names.
    #[arg(skip)]
    pub(super) flows: BTreeMap<String, Of>,
    #[arg(skip)]
    pub(super) tasks: BTreeMap<String, Of>,
    #[command(flatten)]
    pub(super) grants: GrantLists,
}

/// What all runs of a flow run may use together.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Quotas of all runs together")]
pub(super) struct QuotaArgs {
    /// Memory of instances, arguments and results [default: 80 % of the machine's]
    #[arg(long, value_name = "SIZE")]
    pub(super) total_memory: Option<ByteSize>,
    /// Runs that have not ended [default: 1000000]
    #[arg(long, value_name = "N")]
    pub(super) max_queued: Option<usize>,
    /// Runs, those that have ended included [default: 5000000]
    #[arg(long, value_name = "N")]
    pub(super) max_runs: Option<usize>,
    /// CPU time in any hour, that of earlier runs included [default: none]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    #[serde(deserialize_with = "duration")]
    pub(super) cpu_per_hour: Option<Duration>,
    /// Flow runs that are executed at the same time; others wait [default: none]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_active: Option<u32>,
    /// Size of the run database [default: none]
    #[arg(long, value_name = "SIZE")]
    pub(super) storage: Option<ByteSize>,
}

impl QuotaArgs {
    fn over(self, below: Self) -> Self {
        Self {
            total_memory: self.total_memory.or(below.total_memory),
            max_queued: self.max_queued.or(below.max_queued),
            max_runs: self.max_runs.or(below.max_runs),
            cpu_per_hour: self.cpu_per_hour.or(below.cpu_per_hour),
            max_active: self.max_active.or(below.max_active),
            storage: self.storage.or(below.storage),
        }
    }
}

/// What is said of one flow or task.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Of {
    pub(super) limits: CapArgs,
}

/// How much a component may take before anything of it runs.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CompileOptions {
    /// How large a component's file may be, e.g. 1GiB [default: 256MiB]
    #[arg(id = "component-size", long, help_heading = LIMITS, value_name = "SIZE")]
    pub(super) size: Option<ByteSize>,
    /// How long it may take to compile a component, e.g. 30s [default: 5m]
    #[arg(id = "compile-time", long, help_heading = LIMITS, value_name = "DURATION", value_parser = humantime::parse_duration)]
    #[serde(deserialize_with = "duration")]
    pub(super) time: Option<Duration>,
    /// Memory that compiling a component may use, e.g. 8GiB [default: 4GiB]
    #[arg(id = "compile-memory", long, help_heading = LIMITS, value_name = "SIZE")]
    pub(super) memory: Option<ByteSize>,
}

#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[command(next_help_heading = "Grants")]
pub(super) struct GrantLists {
    /// A folder that guests see; read-only with :ro, for so many bytes of files with :max
    #[arg(long = "dir", value_name = "HOST::GUEST[:ro][:max=SIZE]")]
    #[serde(deserialize_with = "texts")]
    pub(super) dirs: Vec<FolderGrant>,
    /// A variable that guests see
    #[arg(long, value_name = "NAME=VALUE")]
    #[serde(deserialize_with = "texts")]
    pub(super) env: Vec<Variable>,
    /// A host that guests may connect to: a name, an address or a range such as 10.0.0.0/8
    #[arg(long = "allow-net", value_name = "HOST[:PORT]")]
    #[serde(deserialize_with = "texts")]
    pub(super) net: Vec<NetworkGrant>,
    /// Requests that guests may send, e.g. "GET,HEAD https://api.example.org" (https unless http is
    /// named; *.example.org for all names below)
    #[arg(
        long = "allow-http",
        value_name = "[METHOD,...] [SCHEME://]HOST[:PORT]"
    )]
    #[serde(deserialize_with = "texts")]
    pub(super) http: Vec<HttpGrant>,
    /// A value that guests may ask for; what is no JSON is a string
    #[arg(long = "var", value_name = "NAME=JSON")]
    #[serde(deserialize_with = "texts")]
    pub(super) vars: Vec<VariableGrant>,
    /// A secret that guests may ask for, from wflow's environment, a file, or what a command prints
    #[arg(long = "secret", value_name = "NAME=env:VAR|file:PATH|cmd:COMMAND")]
    #[serde(deserialize_with = "texts")]
    pub(super) secrets: Vec<SecretGrant>,
    /// What guests are told of the time: real, or for ever this time [default: real]
    #[arg(long, value_name = "real|TIME")]
    #[serde(deserialize_with = "text")]
    pub(super) clock: Option<ClockGrant>,
    /// What guests' random numbers come from: real, or this text and the run's name [default: real]
    #[arg(long, value_name = "real|SEED")]
    #[serde(deserialize_with = "text")]
    pub(super) random: Option<RandomGrant>,
}

impl Config {
    /// # Errors
    ///
    /// If the file cannot be read or is not what wflow knows.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let shown = file.display();
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
        Self::parse(&text, file).with_context(|| shown.to_string())
    }

    /// The settings of this text of the file.
    pub(super) fn parse(text: &str, file: &Path) -> Result<Self> {
        let mut config: Self = toml::from_str(text)?;
        config.settle(file)?;
        for (name, tenant) in &mut config.tenants {
            let place = || format!("[tenants.{name}]");
            name.parse::<Tenant>().with_context(place)?;
            ensure!(tenant.tenants.is_empty(), "{}: it has no tenants", place());
            tenant.settle(file).with_context(place)?;
        }
        Ok(config)
    }

    /// Paths are meant from where the file is.
    fn settle(&mut self, file: &Path) -> Result<()> {
        for grant in &mut self.grants.dirs {
            grant.host = beside(file, &grant.host);
        }
        let components = self.components.iter_mut();
        let commands = self.commands.iter_mut();
        let commands = commands.map(|(name, line)| (name, &mut line.component));
        for (name, path) in components.chain(commands) {
            ensure!(
                !name.is_empty() && !name.contains('/'),
                "the name of a component or command is not empty and has no slash: '{name}'"
            );
            *path = beside(file, path);
        }
        let mut names = self.commands.keys();
        if let Some(name) = names.find(|&name| self.components.contains_key(name)) {
            bail!("there are both a component and a command with the name '{name}'; rename one");
        }
        for grant in &mut self.grants.secrets {
            if let Some(SecretSource::File(path)) = &mut grant.source {
                *path = beside(file, path);
            }
        }
        Ok(())
    }

    /// What the tenant has: of what is stated for all, all but the grants and components.
    ///
    /// # Errors
    ///
    /// If there is no such tenant.
    pub(super) fn of_tenant(mut self, tenant: &Tenant) -> Result<Self> {
        let own = self.tenants.remove(&tenant.to_string());
        let own = own.with_context(|| {
            let known = self.tenants.keys().map(|name| &**name);
            let hint = nearest(&tenant.to_string(), known, "it has");
            format!("there is no [tenants.{tenant}] in the operator's {FILE}{hint}")
        })?;
        // Of what the machine has, each has its share.
        let tenants = self.tenants.len() as u64 + 1;
        let share = ByteSize(machine::memory() / tenants);
        let for_all = Self {
            grants: GrantLists::default(),
            components: BTreeMap::new(),
            commands: BTreeMap::new(),
            ..self
        };
        let mut own = own.over(for_all);
        own.quotas.total_memory.get_or_insert(share);
        Ok(own)
    }

    /// The file's settings, or none where there is no file.
    pub(super) fn read_if_there(file: &Path) -> Result<Self> {
        match file.is_file() {
            true => Self::read(file),
            false => Ok(Self::default()),
        }
    }

    /// These settings, and those of `below` where these are silent; grants add up.
    pub(super) fn over(mut self, below: Self) -> Self {
        self.grants.dirs.extend(below.grants.dirs);
        self.grants.env.extend(below.grants.env);
        self.grants.net.extend(below.grants.net);
        self.grants.http.extend(below.grants.http);
        self.grants.vars.extend(below.grants.vars);
        self.grants.secrets.extend(below.grants.secrets);
        let grants = &mut self.grants;
        grants.clock = grants.clock.or(below.grants.clock);
        grants.random = grants.random.take().or(below.grants.random);
        self.concurrency_limits.extend(below.concurrency_limits);
        Self {
            runner: self.runner.or(below.runner),
            max_workers: self.max_workers.or(below.max_workers),
            max_concurrency: self.max_concurrency.or(below.max_concurrency),
            quotas: self.quotas.over(below.quotas),
            timeout: self.timeout.or(below.timeout),
            concurrency_limits: self.concurrency_limits,
            components: merged(self.components, below.components),
            commands: merged(self.commands, below.commands),
            stack: self.stack.or(below.stack),
            limits: self.limits.over(below.limits),
            compile: self.compile.over(below.compile),
            tenants: below.tenants,
            shared_cache: self.shared_cache.or(below.shared_cache),
            flows: merged(self.flows, below.flows),
            tasks: merged(self.tasks, below.tasks),
            grants: self.grants,
        }
    }
}

fn merged<T>(above: BTreeMap<String, T>, below: BTreeMap<String, T>) -> BTreeMap<String, T> {
    below.into_iter().chain(above).collect()
}

impl CompileOptions {
    /// These, and those of `below` where these are silent.
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            size: self.size.or(below.size),
            time: self.time.or(below.time),
            memory: self.memory.or(below.memory),
        }
    }
}

/// A path that is written in `file`.
fn beside(file: &Path, path: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(path)
}

fn runner() -> impl TypedValueParser<Value = RunnerKind> {
    PossibleValuesParser::new(["sequential", "concurrent", "thread-pool"])
        .try_map(|name| serde_json::from_value(name.into()))
}

pub(super) fn duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let duration = humantime::parse_duration(&text).map_err(de::Error::custom)?;
    Ok(Some(duration))
}

fn text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    let text = String::deserialize(deserializer)?;
    let value = text.parse().map_err(de::Error::custom)?;
    Ok(Some(value))
}

fn texts<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    let texts = Vec::<String>::deserialize(deserializer)?;
    let parse = |text: &String| {
        let value = text.parse::<T>();
        value.map_err(|error| de::Error::custom(format!("{text}: {error}")))
    };
    texts.iter().map(parse).collect()
}
