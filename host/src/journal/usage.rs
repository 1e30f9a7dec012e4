//! What recorded runs used, and how big their record is: what quotas are held against.

use anyhow::{Context, Result};
use jiff::Timestamp;

use super::Journal;
use super::database::explained;
use crate::model::nanoseconds;

impl Journal {
    /// CPU time in microseconds of the flow runs that have ended since, and when; those that have not
    /// ended count as if they ended now.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn cpu_since(&self, since: Timestamp, now: Timestamp) -> Result<Vec<(Timestamp, u64)>> {
        let query = "SELECT coalesce(ended, ?2), cpu FROM runs
             WHERE cpu > 0 AND (ended IS NULL OR ended >= ?1)";
        let mut statement = self.connection.prepare(query).map_err(explained)?;
        let times = [since, now].map(nanoseconds);
        let rows = statement.query_map(times, |row| Ok((row.get(0)?, row.get(1)?)));
        let rows = rows.map_err(explained)?.map(|row| {
            let (at, cpu): (i64, i64) = row.map_err(explained)?;
            let at = Timestamp::from_nanosecond(at.into())?;
            Ok((at, u64::try_from(cpu)?))
        });
        rows.collect()
    }

    /// Bytes that the record takes; what was deleted is left out, as its place is used again.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn size(&self) -> Result<u64> {
        let number = |name| -> Result<u64> {
            let number: i64 = self
                .connection
                .pragma_query_value(None, name, |row| row.get(0))
                .map_err(explained)?;
            u64::try_from(number).context("a count is never negative")
        };
        let used = number("page_count")?.saturating_sub(number("freelist_count")?);
        Ok(used * number("page_size")?)
    }

    /// Lets this connection make the file no bigger: what is more is a full disk to it.
    pub(super) fn limit(&self, bytes: u64) -> Result<()> {
        let page: i64 = self
            .connection
            .pragma_query_value(None, "page_size", |row| row.get(0))
            .map_err(explained)?;
        let pages = (bytes / page.unsigned_abs().max(1)).max(1);
        self.connection
            .pragma_update(None, "max_page_count", i64::try_from(pages)?)
            .map_err(explained)
    }
}
