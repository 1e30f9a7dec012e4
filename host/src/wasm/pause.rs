//! Questions that a flow asks before it goes on.

use std::time::Duration;

use wasmtime::Result;

use super::bindings::wflow::plugin::types::{Failure, FailureKind};
use super::sandbox::Sandbox;
use super::words::failure;
use crate::model::{Observation, Schema};
use crate::runner::Question;

impl Sandbox {
    /// Waits for the answer, as JSON text.
    pub(super) async fn ask(
        &mut self,
        prompt: String,
        schema: &str,
        timeout_ms: Option<u64>,
    ) -> Result<Result<String, Failure>> {
        if !self.job.attempt.is_flow() {
            return Ok(Err(failure(FailureKind::Denied, "only a flow can pause")));
        }
        let schema = match Schema::new(schema) {
            Ok(schema) => schema,
            Err(error) => {
                let message = format!("the schema of the answer is not valid: {error}");
                return Ok(Err(failure(FailureKind::InvalidInput, message)));
            }
        };
        let question = Question {
            prompt,
            schema,
            timeout_ms,
        };
        let answer = self.answer(question).await?;
        Ok(answer.ok_or_else(|| {
            let limit = Duration::from_millis(timeout_ms.unwrap_or_default());
            let message = format!("nobody answered within {} s", limit.as_secs_f64());
            failure(FailureKind::TimedOut, message)
        }))
    }

    /// The recorded answer, or a new one; none if nobody answers in time.
    async fn answer(&mut self, question: Question) -> Result<Option<String>> {
        if let Some(answer) = self.replay_answer()? {
            return Ok(answer);
        }
        self.tell_observed();
        let answer = self.mailbox.pause(self.job.attempt.run, question).await;
        let answer = answer.ok().map(|json| json.to_string());
        self.observe(|| Observation::Answer(answer.clone()))?;
        // Nobody is to be asked twice.
        self.tell_observed();
        Ok(answer)
    }
}
