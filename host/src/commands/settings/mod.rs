//! What a run gets: the operator's settings, within them what the project asks for, or a refusal
//! that names the options which would grant it.

mod limits;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::config::{Config, FILE, GrantLists};
use super::database::DatabaseArgs;
use super::tenant::{self, Tenant};
use super::{home, machine, secrets};
use crate::model::{Limit, Options, RunnerKind};
use crate::wasm::{
    CommandLine, Folder, FolderGrant, Grants, Secret, SecretGrant, SecretSource, option,
};

const MAX_CONCURRENCY: u32 = 1000;

/// The settings of the operator and those of the project, which are requests.
#[derive(Debug)]
pub(super) struct Settings {
    operator: Config,
    project: Config,
    /// The project's file, for refusals.
    project_file: PathBuf,
    tenant: Option<Tenant>,
}

impl Settings {
    /// Options come before the operator's file: `config`, or the one in this folder. The file
    /// beside the target is the project's, unless that is the operator's own.
    pub(super) fn look(
        options: &Config,
        config: Option<&Path>,
        target: &Path,
        database: &DatabaseArgs,
    ) -> Result<Self> {
        let operator = match config {
            Some(file) => Config::read(file)?,
            None => found_here()?,
        };
        let operator = match &database.tenant {
            Some(tenant) => operator.of_tenant(tenant)?,
            None => operator,
        };
        let folder = match target.is_dir() {
            true => target,
            false => target.parent().unwrap_or(Path::new("")),
        };
        let project_file = folder.join(FILE);
        let operator_file = config.unwrap_or(Path::new(FILE));
        let project = match is_same(&project_file, operator_file) {
            true => Config::default(),
            false => Config::read_if_there(&project_file)?,
        };
        Ok(Self {
            operator: options.clone().over(operator),
            project,
            project_file,
            tenant: database.tenant.clone(),
        })
    }

    /// The same, where the project asks for no more than it gets.
    pub(super) fn read(
        options: &Config,
        config: Option<&Path>,
        target: &Path,
        database: &DatabaseArgs,
    ) -> Result<Self> {
        let settings = Self::look(options, config, target, database)?;
        let operator_file = config.unwrap_or(Path::new(FILE));
        let database = database.path();
        let own = [Some(operator_file), database.as_deref()];
        settings.check(own.into_iter().flatten())?;
        Ok(settings)
    }

    /// `own` are files that wflow itself relies on.
    fn check<'a>(&self, own: impl Iterator<Item = &'a Path>) -> Result<()> {
        let own = own.map(Path::to_owned).chain(home::cache());
        let own: Vec<_> = own.chain(home::data()).collect();
        for grant in &self.operator.grants.dirs {
            check_folder(grant, &own)?;
        }
        let missing = self.missing();
        ensure!(
            missing.is_empty(),
            "{} asks for what is not granted; grant it with: {}",
            self.project_file.display(),
            missing.join(" ")
        );
        Ok(())
    }

    #[cfg(fuzzing)]
    pub(super) fn of(operator: Config, project: Config) -> Self {
        Self {
            operator,
            project,
            project_file: PathBuf::new(),
            tenant: None,
        }
    }

    /// The options that would grant what the project asks for and does not get.
    pub(super) fn missing(&self) -> Vec<String> {
        let limits = self.raised_limits();
        let (asked, granted) = (&self.project.grants, &self.operator.grants);
        let dirs = lacking(&asked.dirs, &granted.dirs, |asked, granted| {
            granted.guest == asked.guest
                && (asked.read_only || !granted.read_only)
                && !is_less(granted.quota, asked.quota)
        });
        let env = lacking(&asked.env, &granted.env, |asked, granted| {
            granted.name == asked.name
        });
        let net = lacking(&asked.net, &granted.net, |asked, granted| {
            granted.covers(asked)
        });
        let http = lacking(&asked.http, &granted.http, |asked, granted| {
            granted.covers(asked)
        });
        let vars = lacking(&asked.vars, &granted.vars, |asked, granted| {
            granted.name == asked.name
        });
        let secrets = lacking(&asked.secrets, &granted.secrets, |asked, granted| {
            granted.name == asked.name
        });
        limits
            .into_iter()
            .chain(self.missing_to_compile())
            .chain(dirs.map(|grant| option("--dir", grant)))
            .chain(env.map(|variable| option("--env", variable)))
            .chain(net.map(|grant| option("--allow-net", grant)))
            .chain(http.map(|grant| option("--allow-http", grant)))
            .chain(vars.map(|grant| option("--var", grant)))
            .chain(secrets.map(|grant| option("--secret", grant)))
            .collect()
    }

    /// What every flow run uses, whatever its code says.
    pub(super) fn runner(&self) -> Option<RunnerKind> {
        self.operator.runner.or(self.project.runner)
    }

    /// Only the operator may have more workers than there are cores.
    pub(super) fn workers(&self, flow: &Options) -> usize {
        let cores = machine::cores();
        let project = self.project.max_workers.map(usize::from);
        let asked = project.or(flow.max_workers).unwrap_or(cores);
        let allowed = self.operator.max_workers.map(usize::from);
        allowed.unwrap_or(asked.clamp(1, cores))
    }

    /// The files of other components, by their names; the operator's come before the project's.
    pub(super) fn components(&self) -> BTreeMap<&str, &Path> {
        let both = self
            .project
            .components
            .iter()
            .chain(&self.operator.components);
        both.map(|(name, path)| (&**name, &**path)).collect()
    }

    /// WASI commands, likewise.
    pub(super) fn commands(&self) -> BTreeMap<&str, &CommandLine> {
        let both = self.project.commands.iter();
        let both = both.chain(&self.operator.commands);
        both.map(|(name, line)| (&**name, line)).collect()
    }

    pub(super) fn concurrency_limits(&self) -> Vec<Limit> {
        let (operator, project) = (&self.operator, &self.project);
        let both = operator.concurrency_limits.iter();
        let both = both.chain(&project.concurrency_limits);
        both.cloned().collect()
    }

    /// Where compiled code is kept.
    pub(super) fn cache(&self) -> Option<PathBuf> {
        match self.operator.shared_cache {
            Some(true) => home::cache(),
            _ => tenant::cache(self.tenant.as_ref()),
        }
    }

    pub(super) fn max_concurrency(&self) -> u32 {
        let allowed = self.operator.max_concurrency.unwrap_or(MAX_CONCURRENCY);
        self.project
            .max_concurrency
            .map_or(allowed, |asked| asked.clamp(1, allowed))
    }

    /// What the root flow run has instead of what its code declares.
    pub(super) fn options(&self) -> Options {
        let timeout = self.timeout().map(|timeout| timeout.as_millis());
        Options {
            timeout_ms: timeout.map(|ms| u64::try_from(ms).unwrap_or(u64::MAX)),
            ..Options::default()
        }
    }

    fn timeout(&self) -> Option<Duration> {
        let both = self
            .operator
            .timeout
            .into_iter()
            .chain(self.project.timeout);
        both.min()
    }

    /// What the operator grants, the secrets read and the folders measured.
    pub(super) fn grants(&self) -> Result<Grants> {
        self.grants_with(secrets::read(&self.operator.grants.secrets)?)
    }

    /// The same, with nothing in the place of the secrets.
    pub(super) fn grants_to_look_at(&self) -> Result<Grants> {
        let unread = |grant: &SecretGrant| Secret {
            name: grant.name.clone(),
            value: String::new(),
        };
        let secrets = self.operator.grants.secrets.iter().map(unread);
        self.grants_with(secrets.collect())
    }

    fn grants_with(&self, secrets: Vec<Secret>) -> Result<Grants> {
        let GrantLists {
            dirs,
            env,
            net,
            http,
            vars,
            secrets: _,
            clock,
            random,
        } = self.operator.grants.clone();
        Ok(Grants {
            folders: dirs.into_iter().map(Folder::new).collect::<Result<_>>()?,
            environment: env,
            network: net,
            http,
            variables: vars,
            secrets,
            clock: clock.unwrap_or_default(),
            random: random.unwrap_or_default(),
        })
    }
}

/// What is asked for and covered by nothing that is granted.
fn lacking<'a, T>(
    asked: &'a [T],
    granted: &'a [T],
    covers: impl Fn(&T, &T) -> bool,
) -> impl Iterator<Item = &'a T> {
    let is_covered = move |asked: &T| granted.iter().any(|granted| covers(asked, granted));
    asked.iter().filter(move |asked| !is_covered(asked))
}

/// A project that asks for no quota is content with any.
fn is_less(granted: Option<u64>, asked: Option<u64>) -> bool {
    matches!((granted, asked), (Some(granted), Some(asked)) if granted < asked)
}

/// The file of the current folder, which may have come with the folder: it starts no commands.
fn found_here() -> Result<Config> {
    let config = Config::read_if_there(Path::new(FILE))?;
    for SecretGrant { name, source } in &config.grants.secrets {
        ensure!(
            !matches!(source, Some(SecretSource::Command(_))),
            "{FILE}: secret '{name}' is to come from a command, which has to be asked for: \
             give it with --secret, or the file with --config {FILE}"
        );
    }
    Ok(config)
}

/// Refuses what is no folder, and one that holds, or lies in, what wflow itself relies on: a guest
/// could put code into the cache, read what others recorded, or grant itself more for the next time.
fn check_folder(grant: &FolderGrant, own: &[PathBuf]) -> Result<()> {
    let shown = grant.host.display();
    let folder = grant
        .host
        .canonicalize()
        .ok()
        .filter(|folder| folder.is_dir())
        .with_context(|| format!("cannot grant {shown}: there is no such folder"))?;
    for own in own.iter().filter_map(|path| absolute(path)) {
        let covers = own.starts_with(&folder) || folder.starts_with(&own);
        if covers && (own.exists() || !grant.read_only) {
            bail!(
                "cannot grant {shown}: wflow relies on {}; grant a folder that leaves it out",
                own.display()
            );
        }
    }
    Ok(())
}

/// The path without links, as far as it exists.
fn absolute(path: &Path) -> Option<PathBuf> {
    if let Ok(path) = path.canonicalize() {
        return Some(path);
    }
    let path = std::path::absolute(path).ok()?;
    Some(absolute(path.parent()?)?.join(path.file_name()?))
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
