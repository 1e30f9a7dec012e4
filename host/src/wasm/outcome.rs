//! What a call's end means: a result, the guest's own error, or a crash and its likely cause.

use wasmtime::Trap;
use wasmtime_wasi::I32Exit;

use super::Returned;
use super::pure::Denied;
use super::sandbox::Sandbox;
use crate::model::{Failure, FailureKind, Outcome};
use crate::runner::Diverged;

pub(super) fn of(returned: wasmtime::Result<Returned>, sandbox: &Sandbox) -> Outcome {
    if let Some(Diverged(why)) = of_replay(&returned, sandbox) {
        let message = format!("diverged from its record: {why}");
        return Outcome::failed(FailureKind::Crashed, message);
    }
    let (kind, message, retryable) = match returned {
        Ok(Ok(value)) => return Outcome::Completed(value.into()),
        Ok(Err(error)) => (FailureKind::Failed, error.message, error.retryable),
        Err(error) => match error.downcast_ref::<Denied>() {
            Some(denied) => (FailureKind::Denied, denied.to_string(), false),
            None => (FailureKind::Crashed, crash(&error, sandbox), true),
        },
    };
    Outcome::Failed(Failure {
        kind,
        message,
        retryable,
    })
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

fn crash(error: &wasmtime::Error, sandbox: &Sandbox) -> String {
    if sandbox.out_of_memory {
        return sandbox.memory_refusal();
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
        Some(Trap::StackOverflow) => "recursed too deeply".to_owned(),
        Some(trap) => format!("trapped: {trap}"),
        None => error.root_cause().to_string(),
    }
}
