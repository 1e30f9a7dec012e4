//! What one instance may do and hold: the data of its store.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use wasmtime::ResourceLimiter;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::grants::{Grants, Variable};
use super::output::{Output, Printed};
use super::replay::{self, Seed};
use crate::model::Stream;
use crate::runner::{Call, History, Job, Mailbox, Target};

/// Table elements that one instance may have in each of its tables.
const TABLE_LIMIT: usize = 100_000;

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
    pub(super) grants: Arc<Grants>,
    /// Of a flow: what it has been told.
    pub(super) history: Option<Arc<Mutex<History>>>,
    /// What the random numbers of flows come from.
    seed: Seed,
    wasi: Option<WasiCtx>,
}

impl Sandbox {
    pub(super) fn new(
        job: &Job,
        mailbox: &Mailbox,
        limits: Limits,
        grants: &Arc<Grants>,
        seed: Seed,
    ) -> Self {
        let is_flow = job.attempt.target == Target::Flow && job.attempt.call == Call::Function;
        Self {
            history: is_flow.then(|| replay::history(job)),
            seed,
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
            history: self.history.clone(),
            log_prints: self.job.log_prints && stream == Stream::Stdout,
        }
    }

    /// Folders were opened once when the run began; one that has vanished since is not there.
    fn wasi(&self) -> WasiCtx {
        let mut wasi = WasiCtxBuilder::new();
        wasi.stdout(self.output(Stream::Stdout));
        wasi.stderr(self.output(Stream::Stderr));
        if self.job.attempt.pure {
            wasi.insecure_random_seed(0);
        }
        for Variable { name, value } in &self.grants.environment {
            wasi.env(name, value);
        }
        let network = !self.grants.network.is_empty();
        wasi.allow_tcp(network)
            .allow_udp(network)
            .allow_ip_name_lookup(network);
        if self.history.is_some() {
            replay::seed(&mut wasi, self.seed, self.job.attempt.run);
        }
        let grants = self.grants.clone();
        wasi.socket_addr_check(move |address, how| {
            Box::pin(is_allowed(grants.clone(), address, how))
        });
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

/// Guests connect to hosts that are granted, and serve nobody.
async fn is_allowed(grants: Arc<Grants>, address: SocketAddr, how: SocketAddrUse) -> bool {
    match how {
        SocketAddrUse::TcpConnect | SocketAddrUse::UdpSend | SocketAddrUse::UdpReceive => {
            grants.allow(address).await
        }
        // What comes before a connect.
        SocketAddrUse::TcpBind | SocketAddrUse::UdpBind => {
            address.ip().is_unspecified() && address.port() == 0
        }
        SocketAddrUse::TcpListen | SocketAddrUse::TcpAccept => false,
    }
}

impl Drop for Sandbox {
    /// Logs the line that the guest has not ended, however its attempt did.
    fn drop(&mut self) {
        if self.job.log_prints {
            self.output(Stream::Stdout).log_rest();
        }
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
