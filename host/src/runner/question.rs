//! Questions that paused flow runs ask, and the way of the answers to them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::Mailbox;
use super::mailbox::{Message, Submission};
use crate::model::{RunId, Schema};
use crate::scheduler::Input;

/// How long it may take to hold an answer against its schema, which a guest wrote.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);

/// What a flow wants to know before it goes on.
#[derive(Debug)]
pub struct Question {
    /// For people; may be empty.
    pub prompt: String,
    /// What the answer has to fit.
    pub schema: Schema,
    /// After how many milliseconds the flow goes on without an answer.
    pub timeout_ms: Option<u64>,
}

/// A question that waits for its answer.
pub(super) struct Asked {
    schema: Arc<Schema>,
    reply: oneshot::Sender<Arc<str>>,
}

/// An answer that was held against the schema of a question.
pub(super) struct Checked {
    schema: Arc<Schema>,
    answer: Arc<str>,
    fits: Result<(), String>,
}

impl Mailbox {
    /// Pauses the flow run until somebody answers. The receiver learns of an error when nobody has.
    pub fn pause(&self, run: RunId, question: Question) -> oneshot::Receiver<Arc<str>> {
        let (reply, answer) = oneshot::channel();
        self.post(Message::Asked(run, question, reply));
        answer
    }

    /// Answers a paused flow run with JSON. Its events tell what comes of it: `FlowRunAnswered`, or
    /// `AnswerRefused` if it is not paused or the answer does not fit.
    pub fn answer(&self, run: RunId, json: &str) {
        self.post(Message::Answer(run, json.into()));
    }

    /// The thread is left to itself when it takes too long.
    fn check(&self, run: RunId, schema: Arc<Schema>, answer: Arc<str>) {
        let (send, fits) = oneshot::channel();
        let (its_schema, its_answer) = (schema.clone(), answer.clone());
        // A thread that cannot start drops its sender, as if it took too long.
        let _ = std::thread::Builder::new()
            .name("answer".into())
            .spawn(move || send.send(fits_json(&its_schema, &its_answer)));
        let mailbox = self.clone();
        tokio::spawn(async move {
            let fits = match tokio::time::timeout(CHECK_TIMEOUT, fits).await {
                Ok(Ok(fits)) => fits,
                _ => Err("it cannot be held against the schema within a second".into()),
            };
            let checked = Checked {
                schema,
                answer,
                fits,
            };
            mailbox.post(Message::Checked(run, checked));
        });
    }
}

fn fits_json(schema: &Schema, answer: &str) -> Result<(), String> {
    let json = serde_json::from_str(answer).map_err(|error| format!("it is no JSON: {error}"))?;
    schema.check(&json)
}

impl Submission {
    pub(super) fn ask(&mut self, question: Question, reply: oneshot::Sender<Arc<str>>) -> Input {
        let Question {
            prompt,
            schema,
            timeout_ms,
        } = question;
        let text = schema.text().clone();
        let schema = Arc::new(schema);
        self.asked = Some(Asked { schema, reply });
        Input::Paused {
            run: self.future.id(),
            prompt,
            schema: text,
            timeout_ms,
        }
    }

    /// What the scheduler is told of an answer at once; the rest when it was checked.
    pub(super) fn consider(&self, answer: Arc<str>, mailbox: &Mailbox) -> Input {
        let run = self.future.id();
        match &self.asked {
            Some(asked) => {
                mailbox.check(run, asked.schema.clone(), answer);
                Input::Tick
            }
            None => refused(run, "it waits for no answer"),
        }
    }

    pub(super) fn settle(&self, checked: Checked) -> Input {
        let run = self.future.id();
        let same = |asked: &Asked| Arc::ptr_eq(&asked.schema, &checked.schema);
        match checked.fits {
            Err(reason) => refused(run, reason),
            Ok(()) if self.asked.as_ref().is_some_and(same) => Input::Answered {
                run,
                input: checked.answer,
            },
            // Another answer was faster, or the time was up.
            Ok(()) => refused(run, "it waits for this answer no more"),
        }
    }

    /// Hands the answer to the flow; without one, its wait ends in an error.
    pub(super) fn reply(&mut self, answer: Option<Arc<str>>) {
        let asked = self.asked.take();
        if let (Some(asked), Some(answer)) = (asked, answer) {
            // The flow may be gone.
            let _ = asked.reply.send(answer);
        }
    }
}

fn refused(run: RunId, reason: impl Into<String>) -> Input {
    let reason = reason.into();
    Input::AnswerRefused { run, reason }
}
