//! Streams from and to files, on which somebody keeps an eye: the meter, and the folder's quota.

use std::fs::File;
use std::mem;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinHandle;
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, InputStream, OutputStream, Pollable, StreamError, StreamResult,
};

use super::super::refusal::Refusal;
use super::quota::{GrowthError, Quota};
use super::refusals::OverQuota;
use crate::runner::Job;

/// A stream whose bytes are measured.
pub(super) struct Measured<S> {
    pub(super) stream: S,
    pub(super) job: Arc<Job>,
}

#[wasmtime_wasi::async_trait]
impl<S: Pollable> Pollable for Measured<S> {
    async fn ready(&mut self) {
        self.stream.ready().await;
    }
}

impl Measured<DynInputStream> {
    fn given(&self, read: StreamResult<Bytes>) -> StreamResult<Bytes> {
        read.inspect(|bytes| self.job.meter.given(bytes.len()))
    }
}

#[wasmtime_wasi::async_trait]
impl InputStream for Measured<DynInputStream> {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let read = self.stream.read(size);
        self.given(read)
    }

    async fn blocking_read(&mut self, size: usize) -> StreamResult<Bytes> {
        let read = self.stream.blocking_read(size).await;
        self.given(read)
    }

    async fn cancel(&mut self) {
        self.stream.cancel().await;
    }
}

#[wasmtime_wasi::async_trait]
impl OutputStream for Measured<DynOutputStream> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.job.meter.gave(bytes.len());
        self.stream.write(bytes)
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.job.meter.gave(bytes.len());
        self.stream.blocking_write_and_flush(bytes).await
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.stream.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.stream.check_write()
    }

    async fn cancel(&mut self) {
        self.stream.cancel().await;
    }
}

/// A stream into a folder with a quota.
pub(super) struct Counted {
    quota: Quota,
    file: Arc<File>,
    /// None for the end of the file.
    position: Option<u64>,
    refusal: Refusal,
    state: State,
}

enum State {
    Idle(DynOutputStream),
    /// Goes on when the attempt has ended, so that what it writes is counted.
    Writing(JoinHandle<(DynOutputStream, StreamResult<()>)>),
    Failed(StreamError),
    Closed,
}

impl Counted {
    pub(super) fn new(
        stream: DynOutputStream,
        (quota, file): (Quota, Arc<File>),
        position: Option<u64>,
        refusal: Refusal,
    ) -> Self {
        Self {
            quota,
            file,
            position,
            refusal,
            state: State::Idle(stream),
        }
    }

    /// Whether it is idle, or the error that the last write ended with, which is told once.
    fn is_idle(&mut self) -> StreamResult<bool> {
        match &self.state {
            State::Idle(_) => Ok(true),
            State::Writing(_) => Ok(false),
            State::Failed(_) | State::Closed => {
                match mem::replace(&mut self.state, State::Closed) {
                    State::Failed(error) => {
                        if let Some(over) = over_quota(&error) {
                            self.refusal.deny(over.to_string());
                        }
                        Err(error)
                    }
                    _ => Err(StreamError::Closed),
                }
            }
        }
    }
}

fn over_quota(error: &StreamError) -> Option<&OverQuota> {
    match error {
        StreamError::LastOperationFailed(error) => error.downcast_ref(),
        _ => None,
    }
}

async fn write(
    mut stream: DynOutputStream,
    (quota, file): (Quota, Arc<File>),
    position: Option<u64>,
    bytes: Bytes,
) -> (DynOutputStream, StreamResult<()>) {
    let growth = match quota.grow(&file, position, bytes.len() as u64).await {
        Ok(growth) => growth,
        Err(error) => return (stream, Err(StreamError::LastOperationFailed(error.into()))),
    };
    let written = stream.blocking_write_and_flush(bytes).await;
    growth.settle().await;
    (stream, written)
}

impl From<GrowthError> for wasmtime::Error {
    fn from(error: GrowthError) -> Self {
        match error {
            GrowthError::OverQuota(error) => Self::new(error),
            GrowthError::Io(error) => Self::new(error),
        }
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Counted {
    async fn ready(&mut self) {
        if let State::Writing(writing) = &mut self.state {
            self.state = match writing.await {
                Ok((stream, Ok(()))) => State::Idle(stream),
                Ok((_, Err(error))) => State::Failed(error),
                Err(error) => State::Failed(StreamError::LastOperationFailed(error.into())),
            };
        }
    }
}

#[wasmtime_wasi::async_trait]
impl OutputStream for Counted {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        match mem::replace(&mut self.state, State::Closed) {
            State::Idle(stream) => {
                let position = self.position;
                if let Some(position) = &mut self.position {
                    *position = position.saturating_add(bytes.len() as u64);
                }
                let into = (self.quota.clone(), self.file.clone());
                let writing = tokio::spawn(write(stream, into, position, bytes));
                self.state = State::Writing(writing);
                Ok(())
            }
            State::Closed => Err(StreamError::Closed),
            State::Writing(_) | State::Failed(_) => Err(StreamError::trap(
                "write not permitted: check_write not called first",
            )),
        }
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.is_idle().map(|_| ())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        match (self.is_idle()?, &mut self.state) {
            (true, State::Idle(stream)) => stream.check_write(),
            _ => Ok(0),
        }
    }

    async fn cancel(&mut self) {
        self.ready().await;
        if let State::Idle(stream) = &mut self.state {
            stream.cancel().await;
        }
    }
}
