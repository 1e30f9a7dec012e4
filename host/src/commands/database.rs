//! The options that say which run database is meant, and how a run is recorded in it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use super::tenant::Tenant;
use super::{HostFault, home};
use crate::journal::{Durability, Journal};

#[derive(Clone, Debug, Default, Args)]
pub(super) struct DatabaseArgs {
    /// The run database [default: wflow.db in the platform's data folder, or in $WFLOW_HOME/data]
    #[arg(long, value_name = "PATH", global = true)]
    pub(super) db: Option<PathBuf>,
    /// Whose runs these are: a tenant has a database and, by [tenants.NAME] in wflow.toml, grants,
    /// limits and quotas of its own
    #[arg(long, value_name = "NAME", global = true)]
    pub(super) tenant: Option<Tenant>,
}

impl DatabaseArgs {
    /// The file, where one is known.
    pub(super) fn path(&self) -> Option<PathBuf> {
        let tenant = self.tenant.as_ref();
        self.db.clone().or_else(|| home::database(tenant))
    }

    pub(super) fn open(&self) -> Result<Journal> {
        let path = self.path().context(
            "no folder is known for the run database; name a file with --db, or set WFLOW_HOME",
        )?;
        Journal::open(&path).context(HostFault)
    }
}

/// Whether and how the run is recorded.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct RecordArgs {
    #[command(flatten)]
    pub(super) database: DatabaseArgs,
    /// Record nothing: the run cannot be looked at, or resumed, afterwards
    #[arg(long, conflicts_with_all = ["db", "id", "durability", "suspend_after"])]
    pub(super) no_record: bool,
    /// When what happens is on the disk
    #[arg(long, value_enum, default_value_t)]
    pub(super) durability: DurabilityArg,
    /// End the process when the flow has only waited for so long: `wflow runs resume` goes on with it
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(super) suspend_after: Option<Duration>,
    /// Run this at most once: a run that has this id already is not started again
    #[arg(long, value_name = "KEY", visible_alias = "idempotency-key")]
    pub(super) id: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum DurabilityArg {
    /// Within milliseconds after it is shown
    #[default]
    Relaxed,
    /// Before it is shown or acted on
    Strict,
}

impl RecordArgs {
    /// The same, in the database that is open.
    pub(super) fn in_database(journal: &Journal, args: Self) -> Self {
        let database = DatabaseArgs {
            db: Some(journal.path().to_owned()),
            ..args.database
        };
        Self { database, ..args }
    }
}

impl From<DurabilityArg> for Durability {
    fn from(durability: DurabilityArg) -> Self {
        match durability {
            DurabilityArg::Relaxed => Self::Relaxed,
            DurabilityArg::Strict => Self::Strict,
        }
    }
}
