//! What can be done with a descriptor, each with a look before it and one after it.

use std::sync::Arc;

use wasmtime::Result;
use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, DirectoryEntryStream,
    ErrorCode, HostDescriptor, HostDirectoryEntryStream, MetadataHashValue, NewTimestamp,
    OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsResult};

use super::quota::Doomed;
use super::streams::{Counted, Measured};
use super::{Files, Place};

type Fd = Resource<Descriptor>;

/// The same descriptor once more.
fn again(descriptor: &Fd) -> Fd {
    Resource::new_borrow(descriptor.rep())
}

impl HostDescriptor for Files<'_> {
    async fn open_at(
        &mut self,
        fd: Fd,
        follow: PathFlags,
        path: String,
        how: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<Fd> {
        let truncates = how.contains(OpenFlags::TRUNCATE);
        let creates = how.contains(OpenFlags::CREATE);
        let writes = truncates || creates || flags.contains(DescriptorFlags::WRITE);
        let is_folder = how.contains(OpenFlags::DIRECTORY);
        let wish = self.wish_for(&fd, &path, writes, is_folder)?;
        self.may_open()?;
        let mut count = self.count(wish.folder).await;
        let truncated = match count.is_some() && truncates {
            true => self
                .wasi()
                .stat_at(again(&fd), follow, path.clone())
                .await
                .ok(),
            false => None,
        };
        let opened = self.wasi().open_at(fd, follow, path, how, flags).await;
        let opened = self.told(&wish, opened)?;
        self.0
            .opened
            .places
            .insert(opened.rep(), Place::Folder(wish.folder));
        let file = match self.0.table.get(&opened)? {
            Descriptor::File(file) => file.file.clone(),
            Descriptor::Dir(dir) => dir.dir.clone(),
        };
        self.0.handles.hold_file(&file);
        if let Some(count) = &mut count {
            count.give_back(truncated.map_or(0, |file| file.size));
            let hash = self.wasi().metadata_hash(again(&opened)).await?;
            count.opened(hash.lower, &file);
        }
        Ok(opened)
    }

    fn drop(&mut self, fd: Fd) -> Result<()> {
        match self.0.opened.places.remove(&fd.rep()) {
            Some(Place::Root) => {
                let root: Resource<()> = Resource::new_own(fd.rep());
                self.0.table.delete(root)?;
                Ok(())
            }
            _ => HostDescriptor::drop(&mut self.wasi(), fd),
        }
    }

    async fn read(&mut self, fd: Fd, length: u64, offset: u64) -> FsResult<(Vec<u8>, bool)> {
        self.folder(&fd)?;
        let read = self.wasi().read(fd, length, offset).await?;
        self.0.job.meter.given(read.0.len());
        Ok(read)
    }

    async fn write(&mut self, fd: Fd, bytes: Vec<u8>, offset: u64) -> FsResult<u64> {
        let folder = self.folder(&fd)?;
        let growth = self.grow(&fd, offset, bytes.len() as u64).await?;
        let written = self.wasi().write(fd, bytes, offset).await;
        if let Some(growth) = growth {
            growth.settle().await;
        }
        let written = self.told_of_open(folder, written)?;
        self.0
            .job
            .meter
            .gave(usize::try_from(written).unwrap_or(usize::MAX));
        Ok(written)
    }

    async fn set_size(&mut self, fd: Fd, size: u64) -> FsResult<()> {
        let folder = self.folder(&fd)?;
        let growth = self.grow(&fd, size, 0).await?;
        let told = self.wasi().set_size(fd, size).await;
        if let Some(growth) = growth {
            growth.settle().await;
        }
        self.told_of_open(folder, told)
    }

    fn read_via_stream(&mut self, fd: Fd, offset: u64) -> FsResult<Resource<DynInputStream>> {
        self.folder(&fd)?;
        self.may_stream()?;
        let stream = self.wasi().read_via_stream(fd, offset)?;
        let stream = Measured {
            stream: self.0.table.delete(stream)?,
            job: self.0.job.clone(),
        };
        let stream: DynInputStream = Box::new(stream);
        let stream = self.0.table.push(stream)?;
        self.0.opened.streams.hold(&stream);
        Ok(stream)
    }

    fn write_via_stream(&mut self, fd: Fd, offset: u64) -> FsResult<Resource<DynOutputStream>> {
        let folder = self.folder(&fd)?;
        self.may_stream()?;
        let stream = self.wasi().write_via_stream(again(&fd), offset);
        let stream = self.told_of_open(folder, stream)?;
        self.watch(&fd, stream, Some(offset))
    }

    fn append_via_stream(&mut self, fd: Fd) -> FsResult<Resource<DynOutputStream>> {
        let folder = self.folder(&fd)?;
        self.may_stream()?;
        let stream = self.wasi().append_via_stream(again(&fd));
        let stream = self.told_of_open(folder, stream)?;
        self.watch(&fd, stream, None)
    }

    async fn advise(&mut self, fd: Fd, offset: u64, length: u64, advice: Advice) -> FsResult<()> {
        self.folder(&fd)?;
        self.wasi().advise(fd, offset, length, advice).await
    }

    async fn sync_data(&mut self, fd: Fd) -> FsResult<()> {
        self.folder(&fd)?;
        self.wasi().sync_data(fd).await
    }

    async fn sync(&mut self, fd: Fd) -> FsResult<()> {
        self.folder(&fd)?;
        self.wasi().sync(fd).await
    }

    async fn get_flags(&mut self, fd: Fd) -> FsResult<DescriptorFlags> {
        match self.place(&fd)? {
            Place::Folder(_) => self.wasi().get_flags(fd).await,
            Place::Root => Ok(DescriptorFlags::READ),
        }
    }

    /// Guests' libraries may ask this of the root, and the one before, before they ask anything of it.
    async fn get_type(&mut self, fd: Fd) -> FsResult<DescriptorType> {
        match self.place(&fd)? {
            Place::Folder(_) => self.wasi().get_type(fd).await,
            Place::Root => Ok(DescriptorType::Directory),
        }
    }

    async fn set_times(
        &mut self,
        fd: Fd,
        read: NewTimestamp,
        written: NewTimestamp,
    ) -> FsResult<()> {
        let folder = self.folder(&fd)?;
        let told = self.wasi().set_times(fd, read, written).await;
        self.told_of_open(folder, told)
    }

    async fn stat(&mut self, fd: Fd) -> FsResult<DescriptorStat> {
        self.folder(&fd)?;
        self.wasi().stat(fd).await
    }

    async fn metadata_hash(&mut self, fd: Fd) -> FsResult<MetadataHashValue> {
        self.folder(&fd)?;
        self.wasi().metadata_hash(fd).await
    }

    async fn is_same_object(&mut self, fd: Fd, other: Fd) -> Result<bool> {
        match (self.folder(&fd), self.folder(&other)) {
            (Ok(_), Ok(_)) => self.wasi().is_same_object(fd, other).await,
            _ => Ok(fd.rep() == other.rep()),
        }
    }

    /// What it lists is held by the host, and so counts as open.
    async fn read_directory(&mut self, fd: Fd) -> FsResult<Resource<DirectoryEntryStream>> {
        self.folder(&fd)?;
        self.may_open()?;
        let entries = self.wasi().read_directory(fd).await?;
        self.0.handles.hold(&entries);
        Ok(entries)
    }

    async fn stat_at(
        &mut self,
        fd: Fd,
        follow: PathFlags,
        path: String,
    ) -> FsResult<DescriptorStat> {
        let wish = self.wish(&fd, &path, false)?;
        let told = self.wasi().stat_at(fd, follow, path).await;
        self.told(&wish, told)
    }

    async fn metadata_hash_at(
        &mut self,
        fd: Fd,
        follow: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        let wish = self.wish(&fd, &path, false)?;
        let told = self.wasi().metadata_hash_at(fd, follow, path).await;
        self.told(&wish, told)
    }

    async fn readlink_at(&mut self, fd: Fd, path: String) -> FsResult<String> {
        let wish = self.wish(&fd, &path, false)?;
        let told = self.wasi().readlink_at(fd, path).await;
        self.told(&wish, told)
    }

    async fn set_times_at(
        &mut self,
        fd: Fd,
        follow: PathFlags,
        path: String,
        read: NewTimestamp,
        written: NewTimestamp,
    ) -> FsResult<()> {
        let wish = self.wish(&fd, &path, true)?;
        let told = self
            .wasi()
            .set_times_at(fd, follow, path, read, written)
            .await;
        self.told(&wish, told)
    }

    async fn create_directory_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        let wish = self.wish(&fd, &path, true)?;
        let told = self.wasi().create_directory_at(fd, path).await;
        self.told(&wish, told)
    }

    async fn remove_directory_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        let wish = self.wish(&fd, &path, true)?;
        let told = self.wasi().remove_directory_at(fd, path).await;
        self.told(&wish, told)
    }

    async fn symlink_at(&mut self, fd: Fd, target: String, path: String) -> FsResult<()> {
        let mut wish = self.wish(&fd, &path, true)?;
        if target.starts_with('/') {
            wish.path.clone_from(&target);
        }
        let told = self.wasi().symlink_at(fd, target, path).await;
        self.told(&wish, told)
    }

    async fn unlink_file_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        let wish = self.wish(&fd, &path, true)?;
        let mut count = self.count(wish.folder).await;
        let doomed = match count {
            Some(_) => self.doomed(&fd, &path).await,
            None => None,
        };
        let told = self.wasi().unlink_file_at(fd, path).await;
        if let (Ok(()), Some(count), Some(doomed)) = (&told, &mut count, doomed) {
            count.deleted(&doomed);
        }
        self.told(&wish, told)
    }

    async fn rename_at(&mut self, fd: Fd, old: String, to: Fd, new: String) -> FsResult<()> {
        let from = self.wish(&fd, &old, true)?;
        let into = self.wish(&to, &new, true)?;
        self.check_together(from.folder, into.folder)?;
        let mut count = self.count(into.folder).await;
        let doomed = match count {
            Some(_) => self.replaced((&fd, &old), (&to, &new)).await,
            None => None,
        };
        let told = self.wasi().rename_at(fd, old, to, new).await;
        if let (Ok(()), Some(count), Some(doomed)) = (&told, &mut count, doomed) {
            count.deleted(&doomed);
        }
        let wish = self.wish_for_both(from, into);
        self.told(&wish, told)
    }

    async fn link_at(
        &mut self,
        fd: Fd,
        follow: PathFlags,
        old: String,
        to: Fd,
        new: String,
    ) -> FsResult<()> {
        let from = self.wish(&fd, &old, true)?;
        let into = self.wish(&to, &new, true)?;
        self.check_together(from.folder, into.folder)?;
        let told = self.wasi().link_at(fd, follow, old, to, new).await;
        let wish = self.wish_for_both(from, into);
        self.told(&wish, told)
    }
}

impl HostDirectoryEntryStream for Files<'_> {
    async fn read_directory_entry(
        &mut self,
        entries: Resource<DirectoryEntryStream>,
    ) -> FsResult<Option<DirectoryEntry>> {
        self.wasi().read_directory_entry(entries).await
    }

    fn drop(&mut self, entries: Resource<DirectoryEntryStream>) -> Result<()> {
        HostDirectoryEntryStream::drop(&mut self.wasi(), entries)
    }
}

impl Files<'_> {
    /// Measures what goes into the stream, and counts it where the folder has a quota.
    fn watch(
        &mut self,
        fd: &Fd,
        stream: Resource<DynOutputStream>,
        position: Option<u64>,
    ) -> FsResult<Resource<DynOutputStream>> {
        let mut stream = self.0.table.delete(stream)?;
        let folder = self.folder(fd)?;
        if let (Some(quota), Descriptor::File(file)) =
            (&self.0.grants.folders[folder].quota, self.0.table.get(fd)?)
        {
            let into = (quota.clone(), Arc::clone(&file.file));
            let refusal = self.0.refusal.clone();
            stream = Box::new(Counted::new(stream, into, position, refusal));
        }
        let job = self.0.job.clone();
        let stream: DynOutputStream = Box::new(Measured { stream, job });
        let stream = self.0.table.push(stream)?;
        self.0.opened.streams.hold(&stream);
        Ok(stream)
    }

    /// What leaves or enters a folder with a quota is copied: it is like a disk of its own.
    fn check_together(&self, one: usize, other: usize) -> FsResult<()> {
        let folders = &self.0.grants.folders;
        let has_quota = folders[one].quota.is_some() || folders[other].quota.is_some();
        match one != other && has_quota {
            true => Err(ErrorCode::CrossDevice.into()),
            false => Ok(()),
        }
    }

    /// The file that is gone when this name of it is, if that is its last.
    async fn doomed(&mut self, fd: &Fd, path: &str) -> Option<Doomed> {
        let here = PathFlags::empty();
        let file = self
            .wasi()
            .stat_at(again(fd), here, path.to_owned())
            .await
            .ok()?;
        let is_last = file.type_ == DescriptorType::RegularFile && file.link_count == 1;
        let hash = self
            .wasi()
            .metadata_hash_at(again(fd), here, path.to_owned())
            .await
            .ok()?;
        is_last.then_some(Doomed {
            key: hash.lower,
            length: file.size,
        })
    }

    /// The file whose name another one takes.
    async fn replaced(&mut self, (fd, old): (&Fd, &str), (to, new): (&Fd, &str)) -> Option<Doomed> {
        let doomed = self.doomed(to, new).await?;
        let here = PathFlags::empty();
        let moved = self
            .wasi()
            .metadata_hash_at(again(fd), here, old.to_owned())
            .await
            .ok()?;
        (moved.lower != doomed.key).then_some(doomed)
    }
}
