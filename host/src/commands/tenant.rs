//! Whose run it is: a tenant has a database, kept code, grants and quotas of its own.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Error, Result, ensure};

use super::home;

/// A name that can be part of a path: `[tenants.NAME]` in `wflow.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tenant(String);

const LONGEST: usize = 64;

impl FromStr for Tenant {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let fits = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
        ensure!(
            !name.is_empty() && name.len() <= LONGEST && name.chars().all(fits),
            "a tenant's name has 1 to {LONGEST} small letters, digits and dashes"
        );
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Tenant {
    /// The folder of the tenant in one that belongs to wflow.
    pub(super) fn folder(&self, of_wflow: PathBuf) -> PathBuf {
        of_wflow.join("tenants").join(&self.0)
    }
}

/// Where compiled code is kept: for the tenant alone, as what is there tells what others run.
pub(super) fn cache(tenant: Option<&Tenant>) -> Option<PathBuf> {
    let cache = home::cache()?;
    Some(match tenant {
        Some(tenant) => tenant.folder(cache),
        None => cache,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_out_of_no_folder() {
        assert!("acme-2".parse::<Tenant>().is_ok());
        for name in ["", "..", "a/b", "A", "a b", "a\0", &"x".repeat(65)] {
            assert!(name.parse::<Tenant>().is_err(), "{name}");
        }
    }
}
