//! What a running guest may ask of the host: the contract's `runner`.

use std::time::Duration;

use wasmtime::component::Resource;
use wasmtime::{Result, bail};

use super::bindings::wflow::plugin::runner::{
    Argument, Artifact, Dependency, Host, HostRunFuture, Input as ArgumentInput, Level,
};
use super::bindings::wflow::plugin::types::{
    self, Failure as WitFailure, FailureKind as WitKind, State as WitState, Value as WitValue,
};
use super::grants::Grants;
use super::sandbox::Sandbox;
use super::words::{self, artifact_kind, failure, kind};
use crate::model::{self, Cap, Observation, Options, Outcome, RunnerKind, Value};
use crate::runner::{ArgumentSource, Call, Submit, Submitter, Target, TaskFuture};
use crate::scheduler::{Input, Upstream};

impl types::Host for Sandbox {}

/// What the runs of one submit share, as in [`Submit`].
#[derive(Clone)]
struct Terms {
    wait_for: Vec<Upstream>,
    options: Result<Option<Box<Options>>, String>,
}

impl Host for Sandbox {
    async fn submit(
        &mut self,
        task: String,
        arguments: Vec<Argument>,
        wait_for: Vec<Dependency>,
        options: String,
    ) -> Result<Resource<TaskFuture>> {
        let terms = self.terms(&wait_for, &options)?;
        let submit = self.submission(task, arguments, terms)?;
        self.submit_task(submit).await
    }

    async fn submit_many(
        &mut self,
        task: String,
        runs: Vec<Vec<Argument>>,
        wait_for: Vec<Dependency>,
        options: String,
    ) -> Result<Vec<Resource<TaskFuture>>> {
        let terms = self.terms(&wait_for, &options)?;
        let mut futures = Vec::with_capacity(runs.len());
        for arguments in runs {
            let submit = self.submission(task.clone(), arguments, terms.clone())?;
            futures.push(self.submit_task(submit).await?);
        }
        Ok(futures)
    }

    async fn start_flow(
        &mut self,
        flow: String,
        arguments: Vec<Argument>,
        wait_for: Vec<Dependency>,
        options: String,
    ) -> Result<Resource<TaskFuture>> {
        let terms = self.terms(&wait_for, &options)?;
        let submit = self.submission(flow, arguments, terms)?;
        let future = self.mailbox.start_flow(self.submitter(), submit)?;
        self.hand_out(future).await
    }

    async fn wait_any(
        &mut self,
        runs: Vec<Resource<TaskFuture>>,
        timeout: Option<u64>,
    ) -> Result<Vec<u32>> {
        let futures = self.futures(&runs)?;
        if let Some(indices) = self.replay_ended(&futures)? {
            return Ok(indices);
        }
        if ended(&futures).is_empty() && (!futures.is_empty() || timeout.is_some()) {
            self.wait_for_any(&futures, timeout).await;
        }
        let ended = ended(&futures);
        self.observe(|| Observation::Ended(ended.clone()))?;
        Ok(ended)
    }

    async fn pause(
        &mut self,
        prompt: String,
        schema: String,
        timeout: Option<u64>,
    ) -> Result<Result<String, WitFailure>> {
        self.admit(prompt.len() + schema.len())?;
        self.ask(prompt, &schema, timeout).await
    }

    async fn create_artifact(&mut self, artifact: Artifact) -> Result<Result<(), WitFailure>> {
        self.mailbox.room().await;
        self.artifacts += 1;
        self.keep_within(Cap::Artifacts, self.artifacts)?;
        let data = Value::from(artifact.data);
        self.admit(data.len() + artifact.key.len() + artifact.description.len())?;
        let kind = artifact_kind(artifact.kind);
        if !kind.fits(&data) {
            let message = format!("the data of artifact '{}' is not of its kind", artifact.key);
            return Ok(Err(failure(WitKind::InvalidInput, message)));
        }
        if self.is_replaying() {
            return Ok(Ok(()));
        }
        self.mailbox.send(Input::ArtifactCreated {
            run: self.job.attempt.run,
            kind,
            key: artifact.key,
            description: artifact.description,
            data,
        });
        Ok(Ok(()))
    }

    async fn log(&mut self, level: Level, message: String) -> Result<()> {
        self.mailbox.room().await;
        self.admit(message.len())?;
        if self.is_replaying() {
            return Ok(());
        }
        self.mailbox.send(Input::Logged {
            run: self.job.attempt.run,
            level: match level {
                Level::Debug => model::Level::Debug,
                Level::Info => model::Level::Info,
                Level::Warning => model::Level::Warning,
                Level::Error => model::Level::Error,
            },
            message,
        });
        Ok(())
    }

    fn variable(&mut self, name: String) -> Result<Result<String, WitFailure>> {
        Ok(self.granted(Grants::variable, &name))
    }

    fn secret(&mut self, name: String) -> Result<Result<String, WitFailure>> {
        Ok(self.granted(Grants::secret, &name))
    }
}

impl HostRunFuture for Sandbox {
    fn id(&mut self, future: Resource<TaskFuture>) -> Result<String> {
        Ok(self.table.get(&future)?.id().to_string())
    }

    fn name(&mut self, future: Resource<TaskFuture>) -> Result<String> {
        Ok(self.table.get(&future)?.name().to_string())
    }

    fn state(&mut self, future: Resource<TaskFuture>) -> Result<WitState> {
        let state = match self.replay("the state of a run", |answer| match answer {
            Observation::State(state) => Some(*state),
            _ => None,
        })? {
            Some(state) => state,
            None => {
                let now = self.table.get(&future)?.state();
                self.observe(|| Observation::State(now))?;
                now
            }
        };
        Ok(words::state(state))
    }

    async fn result(
        &mut self,
        future: Resource<TaskFuture>,
    ) -> Result<Result<WitValue, WitFailure>> {
        let future = self.table.get(&future)?.clone();
        if !self.replay_result(&future)? {
            if future.outcome().is_none() {
                self.wait(future.ended()).await;
            }
            self.observe(|| Observation::Result)?;
        }
        Ok(match future.outcome() {
            Some(Outcome::Completed(value)) => {
                self.job.meter.given(value.len());
                Ok(value.into())
            }
            Some(Outcome::Failed(failed)) => {
                Err(failure(kind(failed.kind), failed.message.as_str()))
            }
            None => bail!("the run '{}' has no outcome", future.name()),
        })
    }

    fn cancel(&mut self, future: Resource<TaskFuture>) -> Result<()> {
        let run = self.table.get(&future)?.id();
        let reason = format!("cancelled by '{}'", self.job.future.name());
        self.mailbox.send(Input::CancelRequested { run, reason });
        Ok(())
    }

    fn drop(&mut self, future: Resource<TaskFuture>) -> Result<()> {
        self.table.delete(future)?;
        Ok(())
    }
}

impl Sandbox {
    /// Whoever submits from here; what it was told is told first.
    fn submitter(&self) -> Submitter<'_> {
        self.tell_observed();
        Submitter {
            job: &self.job,
            replaying: self.is_replaying(),
        }
    }

    async fn submit_task(&mut self, submit: Submit) -> Result<Resource<TaskFuture>> {
        let future = self.mailbox.submit_task(self.submitter(), submit)?;
        self.hand_out(future).await
    }

    /// Under the sequential runner a submit returns when the run has ended.
    async fn hand_out(&mut self, future: TaskFuture) -> Result<Resource<TaskFuture>> {
        if self.job.runner == RunnerKind::Sequential {
            self.wait(future.ended()).await;
        }
        Ok(self.table.push(future)?)
    }

    async fn wait_for_any(&mut self, futures: &[TaskFuture], timeout: Option<u64>) {
        let first = first_ended(futures);
        match timeout {
            Some(timeout) => {
                let limit = Duration::from_millis(timeout);
                let _ = self.wait(tokio::time::timeout(limit, first)).await;
            }
            None => self.wait(first).await,
        }
    }

    /// Waits for other runs: a task run gives its slot away meanwhile.
    async fn wait<T>(&mut self, what: impl Future<Output = T> + Send) -> T {
        self.tell_observed();
        let attempt = &self.job.attempt;
        if attempt.callee.target == Target::Flow || attempt.call != Call::Function {
            return what.await;
        }
        let run = self.job.attempt.run;
        self.mailbox.send(Input::Waiting { run });
        let ended = what.await;
        self.mailbox.send(Input::WaitEnded { run });
        self.job.future.resumed().await;
        ended
    }

    fn futures(&self, handles: &[Resource<TaskFuture>]) -> Result<Vec<TaskFuture>> {
        let future = |handle: &Resource<TaskFuture>| Ok(self.table.get(handle)?.clone());
        handles.iter().map(future).collect()
    }

    fn terms(&self, wait_for: &[Dependency], options: &str) -> Result<Terms> {
        if self.mailbox.is_closed() {
            bail!("it submits a run, where no flow or task runs");
        }
        let upstream = |dependency: &Dependency| {
            Ok(Upstream {
                run: self.table.get(&dependency.run)?.id(),
                allow_failure: dependency.allow_failure,
            })
        };
        Ok(Terms {
            wait_for: wait_for.iter().map(upstream).collect::<Result<_>>()?,
            options: match self.job.attempt.call {
                Call::Function => options_of(options),
                Call::Hook(_) | Call::RetryIf => {
                    Err("only a flow or task submits runs, no hook or condition".to_owned())
                }
            },
        })
    }

    fn submission(
        &mut self,
        name: String,
        arguments: Vec<Argument>,
        terms: Terms,
    ) -> Result<Submit> {
        self.submits += 1;
        self.keep_within(Cap::Submits, self.submits)?;
        let named = |argument: Argument| Ok((argument.name, self.source(argument.input)?));
        Ok(Submit {
            name,
            arguments: arguments.into_iter().map(named).collect::<Result<_>>()?,
            wait_for: terms.wait_for,
            options: terms.options,
        })
    }

    fn source(&self, input: ArgumentInput) -> Result<ArgumentSource> {
        let future = |handle: &Resource<TaskFuture>| Ok(self.table.get(handle)?.clone());
        Ok(match input {
            ArgumentInput::Value(value) => {
                let value = Value::from(value);
                self.job.meter.gave(value.len());
                ArgumentSource::Value(value)
            }
            ArgumentInput::ResultOf(run) => ArgumentSource::ResultOf(future(&run)?),
            ArgumentInput::ResultsOf(runs) => {
                ArgumentSource::ResultsOf(runs.iter().map(future).collect::<Result<_>>()?)
            }
            ArgumentInput::OutcomeOf(run) => ArgumentSource::OutcomeOf(future(&run)?),
        })
    }
}

/// Bytes of a submit's options.
const OPTIONS: usize = 64 << 10;

/// What a submit overrides; an error is the submit's, whose run will say it.
fn options_of(text: &str) -> Result<Option<Box<Options>>, String> {
    match text {
        "" => Ok(None),
        text if text.len() > OPTIONS => Err(format!(
            "the options have {} bytes, and may have {OPTIONS}",
            text.len()
        )),
        text => serde_json::from_str(text)
            .map(Some)
            .map_err(|error| format!("the options are not what wflow knows: {error}")),
    }
}

impl Sandbox {
    /// What is granted under this name; or a refusal, which the guest is told and may live with.
    fn granted(
        &mut self,
        find: impl for<'a> Fn(&'a Grants, &str) -> Result<&'a str, String>,
        name: &str,
    ) -> Result<String, WitFailure> {
        let grants = self.grants.clone();
        match find(&grants, name) {
            Ok(value) => {
                self.grant();
                Ok(value.to_owned())
            }
            Err(message) => {
                self.deny(message.clone());
                Err(failure(WitKind::Denied, message))
            }
        }
    }

    /// Counts what the run says: the mailbox has no bound.
    pub(super) fn admit(&self, bytes: usize) -> Result<()> {
        self.job.meter.gave(bytes);
        self.admit_lines(bytes, 1)
    }

    pub(super) fn admit_lines(&self, bytes: usize, lines: usize) -> Result<()> {
        let mut printed = self.printed.lock().expect("never held across a panic");
        Ok(printed.admit(self.limits(), bytes, lines)?)
    }
}

fn ended(futures: &[TaskFuture]) -> Vec<u32> {
    let ended = futures
        .iter()
        .enumerate()
        .filter(|(_, f)| f.outcome().is_some());
    ended
        .filter_map(|(index, _)| u32::try_from(index).ok())
        .collect()
}

async fn first_ended(futures: &[TaskFuture]) {
    let mut waits: Vec<_> = futures.iter().map(|f| Box::pin(f.ended())).collect();
    std::future::poll_fn(|context| {
        match waits
            .iter_mut()
            .any(|wait| wait.as_mut().poll(context).is_ready())
        {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
}
