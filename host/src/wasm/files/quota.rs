//! How many bytes the files of a granted folder may take, and how many they do.
//!
//! Whatever changes the length of a file holds the folder's count until it is done, so that the count
//! is exact. Where an attempt ends in between, what it was about to write stays counted.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Arc, Weak};

use anyhow::{Context, Result};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::spawn_blocking;

use super::super::grants::FolderGrant;
use super::refusals::OverQuota;

/// A folder of the host that guests see.
#[derive(Clone, Debug)]
pub struct Folder {
    pub(in super::super) grant: FolderGrant,
    /// Shared by all attempts.
    pub(super) quota: Option<Quota>,
}

#[derive(Clone, Debug)]
pub(super) struct Quota {
    folder: Arc<str>,
    count: Arc<Mutex<Count>>,
}

#[derive(Debug)]
pub(super) struct Count {
    /// In bytes, as `used`.
    most: u64,
    used: u64,
    /// What guests have opened, by a hash of what it is.
    open: Vec<(u64, Weak<File>)>,
    /// Files that were deleted while they were open, and so still take their bytes.
    deleted: Vec<Vec<Arc<File>>>,
}

/// A file that would be gone if its name were.
pub(super) struct Doomed {
    /// A hash of what it is.
    pub(super) key: u64,
    /// In bytes.
    pub(super) length: u64,
}

impl Folder {
    /// Measures what is there, where that counts.
    ///
    /// # Errors
    ///
    /// If the folder has a quota and something in it cannot be read.
    pub fn new(grant: FolderGrant) -> Result<Self> {
        let quota = grant.quota.map(|most| Quota::measure(&grant, most));
        let shown = grant.host.display();
        let quota = quota
            .transpose()
            .with_context(|| format!("cannot measure {shown}, which is granted with a quota"))?;
        Ok(Self { grant, quota })
    }
}

impl Quota {
    fn measure(grant: &FolderGrant, most: u64) -> io::Result<Self> {
        let count = Count {
            most,
            used: length_of_all(&grant.host)?,
            open: Vec::new(),
            deleted: Vec::new(),
        };
        Ok(Self {
            folder: grant.guest.as_str().into(),
            count: Arc::new(Mutex::new(count)),
        })
    }

    /// The count, for as long as something changes.
    pub(super) async fn count(&self) -> OwnedMutexGuard<Count> {
        let mut count = self.count.clone().lock_owned().await;
        count.forget_closed();
        count
    }

    /// Makes room for a file that is to end at `position` (its own end where there is none) and so
    /// many bytes.
    pub(super) async fn grow(
        &self,
        file: &Arc<File>,
        position: Option<u64>,
        bytes: u64,
    ) -> Result<Growth, GrowthError> {
        let mut count = self.count().await;
        let before = length(file).await?;
        let end = position.unwrap_or(before).saturating_add(bytes);
        let length = end.max(before);
        match count.take(length - before) {
            true => Ok(Growth {
                count,
                file: file.clone(),
                length,
            }),
            false => Err(GrowthError::OverQuota(OverQuota {
                folder: self.folder.clone(),
                most: count.most,
            })),
        }
    }
}

#[derive(Debug)]
pub(super) enum GrowthError {
    OverQuota(OverQuota),
    Io(io::Error),
}

impl From<io::Error> for GrowthError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Room that was made for a file.
pub(super) struct Growth {
    count: OwnedMutexGuard<Count>,
    file: Arc<File>,
    /// As it is counted, in bytes.
    length: u64,
}

impl Growth {
    /// Counts the file as it is now, be it written in full, in part, or shorter than it was.
    pub(super) async fn settle(mut self) {
        if let Ok(length) = length(&self.file).await {
            let used = self.count.used.saturating_add(length);
            self.count.used = used.saturating_sub(self.length);
        }
    }
}

impl Count {
    fn take(&mut self, bytes: u64) -> bool {
        let used = self.used.saturating_add(bytes);
        let fits = bytes == 0 || used <= self.most;
        if fits {
            self.used = used;
        }
        fits
    }

    /// A file is shorter than it was.
    pub(super) fn give_back(&mut self, bytes: u64) {
        self.used = self.used.saturating_sub(bytes);
    }

    pub(super) fn opened(&mut self, key: u64, file: &Arc<File>) {
        self.open.push((key, Arc::downgrade(file)));
    }

    /// A file has lost its last name; its bytes are free once nobody has it open.
    pub(super) fn deleted(&mut self, file: &Doomed) {
        let open = self.open.iter().filter(|(key, _)| *key == file.key);
        let open: Vec<_> = open.filter_map(|(_, open)| open.upgrade()).collect();
        match open.is_empty() {
            true => self.give_back(file.length),
            false => self.deleted.push(open),
        }
    }

    fn forget_closed(&mut self) {
        self.open.retain(|(_, file)| file.strong_count() > 0);
        let is_open = |files: &mut Vec<Arc<File>>| files.iter().any(|it| Arc::strong_count(it) > 1);
        for files in self.deleted.extract_if(.., |files| !is_open(files)) {
            let length = files[0].metadata().map_or(0, |metadata| metadata.len());
            self.used = self.used.saturating_sub(length);
        }
    }
}

/// In bytes. A slow disk is waited for elsewhere.
async fn length(file: &Arc<File>) -> io::Result<u64> {
    let file = file.clone();
    let metadata = spawn_blocking(move || file.metadata()).await;
    Ok(metadata.map_err(io::Error::other)??.len())
}

/// In bytes: a file with holes counts by its length, one with several names once.
fn length_of_all(folder: &Path) -> io::Result<u64> {
    let mut sum = 0_u64;
    let mut seen = HashSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            if metadata.is_dir() {
                folders.push(entry.path());
            } else if metadata.is_file() && is_new(&mut seen, &metadata) {
                sum = sum.saturating_add(metadata.len());
            }
        }
    }
    Ok(sum)
}

#[cfg(unix)]
fn is_new(seen: &mut HashSet<(u64, u64)>, file: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.nlink() == 1 || seen.insert((file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn is_new(_seen: &mut HashSet<(u64, u64)>, _file: &fs::Metadata) -> bool {
    true
}
