//! What one instance may do and hold: the data of its store.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use wasmtime::ResourceLimiter;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::output::{Output, Printed};
use crate::model::Stream;
use crate::runner::{Job, Mailbox};

/// Table elements that one instance may have in each of its tables.
const TABLE_LIMIT: usize = 100_000;

/// What the operator grants to every run; nothing by default.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    pub folders: Vec<FolderGrant>,
    pub environment: Vec<(String, String)>,
}

/// A folder of the host that guests see.
#[derive(Clone, Debug)]
pub struct FolderGrant {
    pub host: PathBuf,
    pub guest: String,
    pub read_only: bool,
}

/// Hard caps of every run.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of linear memory of one instance.
    pub memory: usize,
}

pub(super) struct Sandbox {
    pub(super) job: Job,
    pub(super) mailbox: Mailbox,
    pub(super) table: ResourceTable,
    pub(super) printed: Arc<Mutex<Printed>>,
    /// The limiter refused memory: a trap that follows is about that.
    pub(super) out_of_memory: bool,
    limits: Limits,
    memory: usize,
    grants: Arc<Grants>,
    wasi: Option<WasiCtx>,
}

impl Sandbox {
    pub(super) fn new(job: &Job, mailbox: &Mailbox, limits: Limits, grants: &Arc<Grants>) -> Self {
        Self {
            job: job.clone(),
            mailbox: mailbox.clone(),
            table: ResourceTable::new(),
            printed: Arc::default(),
            out_of_memory: false,
            limits,
            memory: 0,
            grants: grants.clone(),
            wasi: None,
        }
    }

    fn output(&self, stream: Stream) -> Output {
        Output {
            run: self.job.attempt.run,
            stream,
            mailbox: self.mailbox.clone(),
            printed: self.printed.clone(),
        }
    }

    /// Folders were opened once when the run began; one that has vanished since is not there.
    fn wasi(&self) -> WasiCtx {
        let mut wasi = WasiCtxBuilder::new();
        wasi.stdout(self.output(Stream::Stdout));
        wasi.stderr(self.output(Stream::Stderr));
        wasi.envs(&self.grants.environment);
        wasi.allow_tcp(false).allow_udp(false);
        for folder in &self.grants.folders {
            let permissions = match folder.read_only {
                true => FsPerms::ReadOnly,
                false => FsPerms::ReadWrite,
            };
            let _ = wasi.preopened_dir(&folder.host, &folder.guest, permissions);
        }
        wasi.build()
    }
}

impl WasiView for Sandbox {
    /// Made on first use: most runs never ask.
    fn ctx(&mut self) -> WasiCtxView<'_> {
        if self.wasi.is_none() {
            self.wasi = Some(self.wasi());
        }
        WasiCtxView {
            ctx: self.wasi.as_mut().expect("made above"),
            table: &mut self.table,
        }
    }
}

impl ResourceLimiter for Sandbox {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let memory = self.memory + (desired - current);
        self.out_of_memory = memory > self.limits.memory;
        if !self.out_of_memory {
            self.memory = memory;
        }
        Ok(!self.out_of_memory)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_LIMIT)
    }
}

impl Sandbox {
    /// What to say of an instance that was refused memory.
    pub(super) fn memory_refusal(&self) -> String {
        let limit = bytesize::ByteSize(self.limits.memory as u64);
        format!("wanted more memory than its limit of {limit}; raise it with --memory")
    }
}
