//! What a call's end means: a result, the guest's own error, or a crash and its likely cause.

use std::str::Utf8Error;

use wasmtime::Trap;
use wasmtime::component::ResourceTableError;
use wasmtime_wasi::I32Exit;

use super::Returned;
use super::pure::Denied;
use super::sandbox::Sandbox;
use crate::model::{Cap, Exceeded, Failure, FailureKind, Outcome, Value};
use crate::runner::Diverged;

pub(super) fn of(returned: wasmtime::Result<Returned>, sandbox: &Sandbox) -> Outcome {
    if let Some(Diverged(why)) = of_replay(&returned, sandbox) {
        let message = format!("diverged from its record: {why}");
        return Outcome::failed(FailureKind::Crashed, message);
    }
    let failure = match returned {
        Ok(Ok(value)) => return result(value.into(), sandbox),
        Ok(Err(error)) => Failure {
            kind: FailureKind::Failed,
            message: beyond(cut(error.message), sandbox),
            retryable: error.retryable,
        },
        Err(error) => match error.downcast_ref::<Denied>() {
            Some(denied) => Failure::permanent(FailureKind::Denied, denied.to_string()),
            None => match crash(&error, sandbox) {
                message if is_ended_by_host(&error, sandbox) => {
                    return Outcome::Failed(crashed(message));
                }
                message => crashed(message),
            },
        },
    };
    Outcome::Failed(match sandbox.refusal.how() {
        Some(how) => Failure::permanent(FailureKind::Denied, because(&failure.message, &cut(how))),
        None => failure,
    })
}

/// A language may tell that there was no more memory, but not why.
fn beyond(message: String, sandbox: &Sandbox) -> String {
    match &sandbox.refused_growth {
        Some(refused) => because(&message, refused),
        None => message,
    }
}

/// The first line of a message is its summary.
fn because(message: &str, why: &str) -> String {
    match message.split_once('\n') {
        Some((summary, rest)) => format!("{summary}: {why}\n{rest}"),
        None => format!("{message}: {why}"),
    }
}

/// Whether the attempt would have gone on, had it not been ended: nothing that it was refused before
/// is the cause.
fn is_ended_by_host(error: &wasmtime::Error, sandbox: &Sandbox) -> bool {
    let is_beyond = sandbox.refused_growth.is_some() || error.is::<Exceeded>();
    is_beyond || sandbox.job.is_due()
}

/// Bytes of a message that somebody may want to read: messages of messages grow.
const MESSAGE: usize = 16 << 10;

fn cut(mut message: String) -> String {
    if message.len() > MESSAGE {
        message.truncate(message.floor_char_boundary(MESSAGE));
        message.push_str(" ... (cut)");
    }
    message
}

fn crashed(message: String) -> Failure {
    Failure {
        kind: FailureKind::Crashed,
        message,
        retryable: true,
    }
}

/// What the guest returned, where that can be handed on.
fn result(value: Value, sandbox: &Sandbox) -> Outcome {
    let limits = sandbox.limits();
    if value.len() > limits.size(Cap::Result) {
        return Outcome::Failed(crashed(limits.exceeded(Cap::Result).to_string()));
    }
    if let Err(error) = value.check() {
        return Outcome::Failed(crashed(format!("returned what is no JSON: {error}")));
    }
    match sandbox.mailbox.budget().take(value.len()) {
        Some(share) => sandbox.job.future.hold(share),
        None => {
            let full = sandbox.mailbox.budget().is_full();
            return Outcome::Failed(crashed(full));
        }
    }
    sandbox.job.meter.gave(value.len());
    Outcome::Completed(value)
}

/// A flow that ends differently from what was recorded has no result that could be trusted.
fn of_replay(returned: &wasmtime::Result<Returned>, sandbox: &Sandbox) -> Option<Diverged> {
    match returned {
        Ok(_) if sandbox.is_replaying() => {
            let why = "it had asked for more before, and now returns";
            Some(Diverged(why.to_owned()))
        }
        Ok(_) => None,
        Err(error) => error.downcast_ref().cloned(),
    }
}

/// The likely cause of a trap.
pub(super) fn crash(error: &wasmtime::Error, sandbox: &Sandbox) -> String {
    if let Some(refused) = &sandbox.refused_growth {
        return refused.clone();
    }
    if let Some(exceeded) = error.downcast_ref::<Exceeded>() {
        return exceeded.to_string();
    }
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return format!("exited with status {} before it returned a result", exit.0);
    }
    let last_words = sandbox
        .printed
        .lock()
        .expect("never held across a panic")
        .last_words();
    match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) if !last_words.is_empty() => last_words,
        Some(Trap::StackOverflow) => {
            "recursed too deeply for its stack; raise that with --stack".to_owned()
        }
        Some(trap) => format!("trapped: {trap}"),
        None => wasmtimes_own(error, sandbox),
    }
}

/// Whether one call was to hand over more than wasmtime was told to allow.
pub(super) fn is_too_much(message: &str) -> bool {
    message.contains("fuel allocated for hostcalls")
}

/// Some limits are kept by wasmtime, most of whose errors have no types.
fn wasmtimes_own(error: &wasmtime::Error, sandbox: &Sandbox) -> String {
    let message = &error.root_cause().to_string();
    if let Some(ResourceTableError::Full) = error.downcast_ref() {
        return sandbox.is_full();
    }
    if error.is::<Utf8Error>() {
        return format!("handed over a text that is not UTF-8: {message}");
    }
    if message.contains("instance count too high") {
        return sandbox.limits().exceeded(Cap::Instances).to_string();
    }
    if is_too_much(message) {
        return "handed over more in one call than its limits arguments and result allow; raise them \
                with --arguments and --result"
            .to_owned();
    }
    message.to_owned()
}
