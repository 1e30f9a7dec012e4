//! The options that say which run database is meant.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::{HostFault, home};
use crate::journal::Journal;

#[derive(Clone, Debug, Default, Args)]
pub(super) struct DatabaseArgs {
    /// The run database [default: wflow.db in the platform's data folder, or in $WFLOW_HOME/data]
    #[arg(long, value_name = "PATH")]
    pub(super) db: Option<PathBuf>,
}

impl DatabaseArgs {
    /// The file, where one is known.
    pub(super) fn path(&self) -> Option<PathBuf> {
        self.db.clone().or_else(home::database)
    }

    pub(super) fn open(&self) -> Result<Journal> {
        let path = self.path().context(
            "no folder is known for the run database; name a file with --db, or set WFLOW_HOME",
        )?;
        Journal::open(&path).context(HostFault)
    }
}
