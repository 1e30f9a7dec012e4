//! What one instance may do and hold: the data of its store.

use std::sync::{Arc, Mutex};

use wasmtime::ResourceLimiter;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::command;
use super::files::{Handles, Opened};
use super::fixed::FrozenClock;
use super::grants::{Grants, Variable};
use super::network::{Http, Network};
use super::output::{Output, Printed};
use super::refusal::Refusal;
use super::replay::{self, Seed};
use crate::model::{Cap, Limits, Stream};
use crate::runner::{History, Job, Mailbox, Target};

pub(super) struct Sandbox {
    pub(super) job: Arc<Job>,
    pub(super) mailbox: Mailbox,
    pub(super) table: ResourceTable,
    pub(super) printed: Arc<Mutex<Printed>>,
    /// Why the limiter refused to let it grow: a trap that follows is about that.
    pub(super) refused_growth: Option<String>,
    pub(super) refusal: Refusal,
    /// Made on first use, as is what follows.
    network: Option<Network>,
    pub(super) http: Option<Http>,
    /// Bytes of its linear memories, which never shrink: as many are taken of the host's memory.
    memory: usize,
    /// Elements of its tables.
    table_elements: usize,
    pub(super) submits: u64,
    pub(super) artifacts: u64,
    pub(super) opened: Opened,
    /// Files and sockets that are open.
    pub(super) handles: Handles,
    pub(super) grants: Arc<Grants>,
    /// Of a flow: what it has been told.
    pub(super) history: Option<Arc<Mutex<History>>>,
    /// What the random numbers of flows come from.
    seed: Seed,
    /// Of a WASI command.
    pub(super) call: Option<command::Call>,
    wasi: Option<Box<WasiCtx>>,
}

/// Futures, files, timers and streams that one instance may hold besides those of its submits.
const HANDLES: usize = 10_000;

/// The host's side of all that a guest has handles on, which is no memory of the guest's.
fn handles(limits: &Limits) -> ResourceTable {
    let mut table = ResourceTable::new();
    table.set_max_capacity(limits.size(Cap::Submits).saturating_add(HANDLES));
    table
}

impl Sandbox {
    pub(super) fn new(job: &Arc<Job>, mailbox: &Mailbox, grants: &Arc<Grants>, seed: Seed) -> Self {
        Self {
            history: job.attempt.is_flow().then(|| replay::history(job)),
            seed,
            job: job.clone(),
            mailbox: mailbox.clone(),
            table: handles(&job.attempt.callee.limits),
            printed: Arc::default(),
            refused_growth: None,
            http: None,
            network: None,
            refusal: Refusal::default(),
            memory: 0,
            table_elements: 0,
            submits: 0,
            artifacts: 0,
            opened: Opened::default(),
            handles: Handles::default(),
            grants: grants.clone(),
            call: None,
            wasi: None,
        }
    }

    fn output(&self, stream: Stream) -> Output {
        Output {
            job: self.job.clone(),
            stream,
            mailbox: self.mailbox.clone(),
            printed: self.printed.clone(),
            history: self.history.clone(),
            log_prints: self.job.log_prints && stream == Stream::Stdout,
        }
    }

    /// What it may reach.
    pub(super) fn network(&mut self) -> &Network {
        let (grants, refusal) = (&self.grants, &self.refusal);
        self.network
            .get_or_insert_with(|| Network::new(grants, refusal))
    }

    /// Folders were opened once when the run began; one that has vanished since is not there.
    fn wasi(&mut self) -> WasiCtx {
        let mut wasi = WasiCtxBuilder::new();
        wasi.stdout(self.output(Stream::Stdout));
        wasi.stderr(self.output(Stream::Stderr));
        if let Some(command::Call {
            args,
            stdin,
            stdout,
        }) = &self.call
        {
            wasi.args(args).stdout(stdout.clone());
            wasi.stdin(MemoryInputPipe::new(stdin.clone()));
        }
        if self.job.attempt.is_pure() {
            wasi.insecure_random_seed(0);
        }
        for Variable { name, value } in &self.grants.environment {
            wasi.env(name, value);
        }
        let attempt = &self.job.attempt;
        match self.grants.random.seed() {
            Some(seed) if attempt.callee.target == Target::Flow => {
                replay::seed(&mut wasi, seed, attempt.callee.name.as_bytes());
            }
            Some(seed) => replay::seed(&mut wasi, seed, self.job.future.name().as_bytes()),
            None if self.history.is_some() => {
                replay::seed(&mut wasi, self.seed, attempt.run.0.as_bytes());
            }
            None => {}
        }
        if let Some(frozen) = self.grants.clock.frozen() {
            wasi.wall_clock(FrozenClock(frozen));
            wasi.monotonic_clock(FrozenClock(frozen));
        }
        wasi.allow_tcp(true).allow_udp(true);
        let network = self.network().clone();
        wasi.socket_addr_check(move |address, how| {
            let network = network.clone();
            Box::pin(async move { network.allows(address, how).await })
        });
        // By their indices: the names are for `files` to give.
        for (index, folder) in self.grants.folders.iter().enumerate() {
            let permissions = match folder.grant.read_only {
                true => FsPerms::ReadOnly,
                false => FsPerms::ReadWrite,
            };
            let _ = wasi.preopened_dir(&folder.grant.host, index.to_string(), permissions);
        }
        wasi.build()
    }
}

impl Drop for Sandbox {
    /// Tells what only the sandbox knows, and logs the line that the guest has not ended, however its
    /// attempt did.
    fn drop(&mut self) {
        self.job.meter.memory(self.memory);
        self.mailbox.budget().give_back(self.memory as u64);
        if self.job.log_prints {
            self.output(Stream::Stdout).log_rest();
        }
    }
}

impl WasiView for Sandbox {
    /// Made on first use: most runs never ask.
    fn ctx(&mut self) -> WasiCtxView<'_> {
        if self.wasi.is_none() {
            self.wasi = Some(self.wasi().into());
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
        let more = desired - current;
        let memory = self.memory.saturating_add(more);
        self.refused_growth = match () {
            () if memory > self.limits().size(Cap::Memory) => {
                Some(self.limits().exceeded(Cap::Memory).to_string())
            }
            () if !self.mailbox.budget().grow(more as u64) => Some(self.mailbox.budget().is_full()),
            () => {
                self.memory = memory;
                None
            }
        };
        Ok(self.refused_growth.is_none())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let elements = self.table_elements.saturating_add(desired - current);
        let fits = elements <= self.limits().size(Cap::TableElements);
        if fits {
            self.table_elements = elements;
        } else {
            let exceeded = self.limits().exceeded(Cap::TableElements);
            self.refused_growth = Some(exceeded.to_string());
        }
        Ok(fits)
    }

    fn instances(&self) -> usize {
        self.limits().size(Cap::Instances)
    }
}

impl Sandbox {
    pub(super) fn limits(&self) -> &Limits {
        &self.job.attempt.callee.limits
    }

    /// What to say to whoever holds too many handles.
    pub(super) fn is_full(&self) -> String {
        let most = self.table.max_capacity();
        format!(
            "holds more than {most} futures, files, timers and streams, {HANDLES} more than its limit \
             submits; drop what it is done with, or raise --submits"
        )
    }

    /// Ends the attempt where it goes beyond the limit.
    pub(super) fn keep_within(&self, cap: Cap, amount: u64) -> wasmtime::Result<()> {
        match amount > self.limits().of(cap) {
            true => Err(self.limits().exceeded(cap).into()),
            false => Ok(()),
        }
    }

    /// Something was asked for that is not granted; `how` names the grant.
    pub(super) fn deny(&mut self, how: impl Into<String>) {
        self.refusal.deny(how);
    }

    /// Something was asked for, and granted: what was refused before did not stop the guest.
    pub(super) fn grant(&mut self) {
        self.refusal.forget();
    }
}
