//! What guests do with files: WASI's own file system, with an eye on what is opened, refused, read and
//! written.

mod descriptor;
mod handles;
mod quota;
mod refusals;
mod streams;

use std::collections::HashMap;

use tokio::sync::OwnedMutexGuard;
use wasmtime::Result;
use wasmtime::component::{HasData, Linker, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemCtxView, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi::p2::bindings::filesystem::types::{self, ErrorCode};
use wasmtime_wasi::p2::{FsError, FsResult};

use super::sandbox::Sandbox;
use crate::model::Cap;
pub(super) use handles::Handles;
pub use quota::Folder;
use quota::{Count, Growth, GrowthError};
use refusals::OverQuota;

/// Streams that may be open for each file that may be: one that reads and one that writes.
const STREAMS: usize = 2;

/// What an attempt has opened.
#[derive(Default)]
pub(super) struct Opened {
    /// Where the descriptors in the table lead.
    places: HashMap<u32, Place>,
    /// Each may hold bytes in the host's memory.
    streams: Handles,
}

#[derive(Clone, Copy)]
enum Place {
    /// Into a folder that is granted: its index.
    Folder(usize),
    /// To no folder of the host: what a guest looks for outside of those that are granted, its own
    /// library looks for here, and so the host learns of it.
    Root,
}

/// What a guest wants to do in a folder.
struct Wish {
    folder: usize,
    path: String,
    writes: bool,
}

/// The file system of one attempt.
struct Files<'a>(&'a mut Sandbox);

/// Tells the linker of [`Files`].
struct GrantedFiles;

impl HasData for GrantedFiles {
    type Data<'a> = Files<'a>;
}

pub(super) fn add_to_linker(linker: &mut Linker<Sandbox>) -> Result<()> {
    linker.allow_shadowing(true);
    types::add_to_linker::<_, GrantedFiles>(linker, |sandbox| Files(sandbox))?;
    preopens::add_to_linker::<_, GrantedFiles>(linker, |sandbox| Files(sandbox))?;
    linker.allow_shadowing(false);
    Ok(())
}

impl preopens::Host for Files<'_> {
    fn get_directories(&mut self) -> Result<Vec<(Resource<Descriptor>, String)>> {
        let folders = match self.0.job.attempt.is_pure() {
            true => Vec::new(),
            false => preopens::Host::get_directories(&mut self.wasi())?,
        };
        let mut directories = Vec::new();
        for (descriptor, index) in folders {
            let index: usize = index.parse()?;
            self.hold_preopen(&descriptor, Place::Folder(index))?;
            directories.push((descriptor, self.folder_name(index).to_owned()));
        }
        let is_root = |name: &str| name.trim_matches(['/', '.']).is_empty();
        if !directories.iter().any(|(_, name)| is_root(name)) {
            // No descriptor of WASI's: whatever asked it for one would find none.
            let root = Resource::new_own(self.0.table.push(())?.rep());
            self.hold_preopen(&root, Place::Root)?;
            directories.push((root, "/".to_owned()));
        }
        Ok(directories)
    }
}

impl types::Host for Files<'_> {
    fn convert_error_code(&mut self, error: FsError) -> Result<ErrorCode> {
        types::Host::convert_error_code(&mut self.wasi(), error)
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> Result<Option<ErrorCode>> {
        if self.0.table.get(&error)?.is::<OverQuota>() {
            return Ok(Some(ErrorCode::Quota));
        }
        types::Host::filesystem_error_code(&mut self.wasi(), error)
    }
}

impl Files<'_> {
    fn wasi(&mut self) -> WasiFilesystemCtxView<'_> {
        self.0.filesystem()
    }

    fn folder_name(&self, folder: usize) -> &str {
        &self.0.grants.folders[folder].grant.guest
    }

    /// The first that a guest is given of each is no handle that it has opened.
    fn hold_preopen(&mut self, descriptor: &Resource<Descriptor>, place: Place) -> Result<()> {
        let first = self.0.grants.folders.len() + 1;
        if self.0.opened.places.len() >= first {
            let most = self.0.limits().size(Cap::OpenFiles);
            if !self.0.handles.has_room(most, &mut self.0.table) {
                return Err(self.0.limits().exceeded(Cap::OpenFiles).into());
            }
            match place {
                Place::Folder(_) => self.0.handles.hold(descriptor),
                Place::Root => {
                    let root: Resource<()> = Resource::new_borrow(descriptor.rep());
                    self.0.handles.hold(&root);
                }
            }
        }
        self.0.opened.places.insert(descriptor.rep(), place);
        Ok(())
    }

    fn place(&self, descriptor: &Resource<Descriptor>) -> FsResult<Place> {
        let place = self.0.opened.places.get(&descriptor.rep());
        place
            .copied()
            .ok_or_else(|| FsError::trap(wasmtime::format_err!("unknown descriptor")))
    }

    /// The folder in which something is that is open.
    fn folder(&self, descriptor: &Resource<Descriptor>) -> FsResult<usize> {
        match self.place(descriptor)? {
            Place::Folder(folder) => Ok(folder),
            Place::Root => Err(ErrorCode::Access.into()),
        }
    }

    /// What is wanted at a path below the descriptor; an error where no folder is granted for it.
    fn wish(
        &mut self,
        descriptor: &Resource<Descriptor>,
        path: &str,
        writes: bool,
    ) -> FsResult<Wish> {
        self.wish_for(descriptor, path, writes, false)
    }

    fn wish_for(
        &mut self,
        descriptor: &Resource<Descriptor>,
        path: &str,
        writes: bool,
        is_folder: bool,
    ) -> FsResult<Wish> {
        match self.place(descriptor)? {
            Place::Folder(folder) => Ok(Wish {
                folder,
                path: path.to_owned(),
                writes,
            }),
            Place::Root => {
                self.0.deny(refusals::not_granted(path, is_folder, writes));
                Err(ErrorCode::Access.into())
            }
        }
    }

    /// Two paths at once, of which either may be the one that is refused.
    fn wish_for_both(&self, old: Wish, new: Wish) -> Wish {
        let folder = match self.is_read_only(new.folder) {
            true => new.folder,
            false => old.folder,
        };
        Wish {
            folder,
            path: format!("{}' or '{}", old.path, new.path),
            writes: true,
        }
    }

    fn is_read_only(&self, folder: usize) -> bool {
        self.0.grants.folders[folder].grant.read_only
    }

    /// Looks at how it went: WASI permits all that is within a folder, but for writing where that is
    /// read-only.
    fn told<T>(&mut self, wish: &Wish, told: FsResult<T>) -> FsResult<T> {
        let refused =
            |error: &FsError| matches!(error.downcast_ref(), Some(ErrorCode::NotPermitted));
        match &told {
            Ok(_) => self.0.grant(),
            Err(error) if refused(error) => {
                let name = self.folder_name(wish.folder);
                self.0
                    .deny(match wish.writes && self.is_read_only(wish.folder) {
                        true => refusals::read_only(name),
                        false => refusals::leads_out(&wish.path, name),
                    });
            }
            Err(_) => {}
        }
        told
    }

    /// The same of what was open already.
    fn told_of_open<T>(&mut self, folder: usize, told: FsResult<T>) -> FsResult<T> {
        let wish = Wish {
            folder,
            path: String::new(),
            writes: true,
        };
        self.told(&wish, told)
    }

    /// The count of the folder's bytes, where it has a quota.
    async fn count(&mut self, folder: usize) -> Option<OwnedMutexGuard<Count>> {
        match &self.0.grants.folders[folder].quota {
            Some(quota) => Some(quota.count().await),
            None => None,
        }
    }

    /// Makes room for so many bytes from `position` on, where the folder has a quota.
    async fn grow(
        &mut self,
        descriptor: &Resource<Descriptor>,
        position: u64,
        bytes: u64,
    ) -> FsResult<Option<Growth>> {
        let folder = self.folder(descriptor)?;
        let Some(quota) = &self.0.grants.folders[folder].quota else {
            return Ok(None);
        };
        let Descriptor::File(file) = self.0.table.get(descriptor)? else {
            return Ok(None);
        };
        if self.is_read_only(folder) {
            return Ok(None);
        }
        match quota.grow(&file.file, Some(position), bytes).await {
            Ok(growth) => Ok(Some(growth)),
            Err(GrowthError::OverQuota(over)) => {
                self.0.deny(over.to_string());
                Err(ErrorCode::Quota.into())
            }
            Err(GrowthError::Io(error)) => Err(error.into()),
        }
    }

    fn may_open(&mut self) -> FsResult<()> {
        match self.0.may_open() {
            true => Ok(()),
            false => Err(ErrorCode::InsufficientMemory.into()),
        }
    }

    fn may_stream(&mut self) -> FsResult<()> {
        let most = self.0.limits().size(Cap::OpenFiles).saturating_mul(STREAMS);
        if self.0.opened.streams.has_room(most, &mut self.0.table) {
            return Ok(());
        }
        self.0
            .deny(self.0.limits().exceeded(Cap::OpenFiles).to_string());
        Err(ErrorCode::InsufficientMemory.into())
    }
}
