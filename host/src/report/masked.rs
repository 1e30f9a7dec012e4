//! Masks the secrets in events, before they are recorded and shown.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Deref;

use bytes::Bytes;

use super::masks::{Masks, Tail};
use crate::model::{
    Argument, Event, EventKind, Failure, Input, Observation, Outcome, RunId, Stream, Value,
};

/// The last that sees secrets: what runs hand to each other does not pass here, and stays as it is.
pub struct Masker {
    masks: Masks,
    /// A secret may be printed in several pieces.
    tails: HashMap<(RunId, Stream), Tail>,
}

impl Masker {
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            masks: Masks::new(secrets),
            tails: HashMap::new(),
        }
    }

    /// The events without secrets. What was printed last may come with later ones.
    pub fn mask(&mut self, events: &[Event]) -> Vec<Event> {
        let mut masked = Vec::with_capacity(events.len());
        for event in events {
            self.mask_one(event, &mut masked);
        }
        masked
    }

    fn mask_one(&mut self, event: &Event, masked: &mut Vec<Event>) {
        match &event.kind {
            EventKind::Printed { stream, bytes } => {
                let tail = self.tails.entry((event.run, *stream)).or_default();
                masked.extend(printed(event, *stream, tail.push(&self.masks, bytes)));
                return;
            }
            kind if kind.ends_instance() => self.end_tails(event, masked),
            _ => {}
        }
        let mut event = event.clone();
        self.masks.mask(&mut event.kind);
        masked.push(event);
    }

    /// The instance that printed is gone.
    fn end_tails(&mut self, event: &Event, masked: &mut Vec<Event>) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            if let Some(tail) = self.tails.remove(&(event.run, stream)) {
                masked.extend(printed(event, stream, tail.end()));
            }
        }
    }
}

fn printed(at: &Event, stream: Stream, bytes: Vec<u8>) -> Option<Event> {
    let bytes = Bytes::from(bytes);
    (!bytes.is_empty()).then(|| Event {
        kind: EventKind::Printed { stream, bytes },
        ..*at
    })
}

impl Masks {
    /// Every kind is named here, so that nobody adds one and forgets its secrets.
    fn mask(&self, kind: &mut EventKind) {
        match kind {
            EventKind::FlowRunCreated {
                name,
                flow: title,
                tags,
                arguments,
                ..
            }
            | EventKind::TaskRunCreated {
                name,
                task: title,
                tags,
                arguments,
                ..
            } => {
                self.mask_text(name);
                self.mask_text(title);
                *tags = tags.iter().map(|tag| self.text(tag).into()).collect();
                arguments.iter_mut().for_each(|it| self.mask_argument(it));
            }
            EventKind::AttemptFailed { failure, .. } => self.mask_failure(failure),
            EventKind::Logged { message, .. } => self.mask_text(message),
            EventKind::TaskRunFinished { outcome, .. }
            | EventKind::FlowRunFinished { outcome, .. }
            | EventKind::RetryConditionDecided { outcome }
            | EventKind::HookFinished { outcome, .. } => self.mask_outcome(outcome),
            EventKind::ArtifactCreated {
                key,
                description,
                data,
                ..
            } => {
                self.mask_text(key);
                self.mask_text(description);
                self.mask_value(data);
            }
            EventKind::HookStarted { ended, .. }
            | EventKind::RetryConditionAsked { attempt: ended } => {
                self.mask_text(&mut ended.name);
                self.mask_text(&mut ended.message);
            }
            EventKind::FlowRunPaused { prompt, schema, .. } => {
                self.mask_text(prompt);
                replace(schema, |schema| self.json(schema));
            }
            EventKind::FlowRunAnswered { input } => replace(input, |input| self.json(input)),
            EventKind::AnswerRefused { reason } | EventKind::TaskRunDelayed { reason } => {
                self.mask_text(reason);
            }
            EventKind::FlowRunObserved { observed, .. } => {
                for told in observed {
                    if let Observation::Answer(Some(json)) = &mut told.what {
                        replace(json, |json| self.json(json));
                    }
                }
            }
            // Printed is masked piece by piece.
            EventKind::Printed { .. }
            | EventKind::TaskRunSubmitted
            | EventKind::AttemptStarted { .. }
            | EventKind::FlowRunSuspended { .. }
            | EventKind::TaskRunYielded
            | EventKind::TaskRunResumed
            | EventKind::CancellationStarted
            | EventKind::FlowRunUnanswered
            | EventKind::FlowRunReturned { .. } => {}
        }
    }

    fn mask_outcome(&self, outcome: &mut Outcome) {
        match outcome {
            Outcome::Completed(value) => self.mask_value(value),
            Outcome::Failed(failure) => self.mask_failure(failure),
        }
    }

    fn mask_failure(&self, failure: &mut Failure) {
        self.mask_text(&mut failure.message);
    }

    fn mask_argument(&self, argument: &mut Argument) {
        match &mut argument.input {
            Input::Value(value) => self.mask_value(value),
            Input::ResultOf(_) | Input::ResultsOf(_) | Input::OutcomeOf(_) => {}
        }
    }

    fn mask_value(&self, value: &mut Value) {
        match value {
            Value::Json(text) => replace(text, |text| self.json(text)),
            // Of bytes, reporters tell the number alone.
            Value::Bytes(_) => {}
        }
    }

    fn mask_text<T: Deref<Target = str> + From<String>>(&self, text: &mut T) {
        replace(text, |text| self.text(text));
    }
}

fn replace<T: Deref<Target = str> + From<String>>(
    text: &mut T,
    mask: impl Fn(&str) -> Cow<'_, str>,
) {
    if let Cow::Owned(masked) = mask(text) {
        *text = masked.into();
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::model::{FailureKind, Level};

    fn print(text: &'static str) -> EventKind {
        EventKind::Printed {
            stream: Stream::Stdout,
            bytes: text.into(),
        }
    }

    fn failure(message: &str) -> Failure {
        Failure {
            kind: FailureKind::Failed,
            message: message.into(),
            retryable: true,
        }
    }

    /// What is shown of these events of the runs 1 and 2, beside their runs.
    fn shown(events: impl IntoIterator<Item = (u128, EventKind)>) -> Vec<(u128, EventKind)> {
        let events = events.into_iter().map(|(run, kind)| Event {
            at: Timestamp::UNIX_EPOCH,
            run: RunId(Uuid::from_u128(run)),
            kind,
        });
        let events: Vec<_> = events.collect();
        let masked = Masker::new(["swordfish"]).mask(&events).into_iter();
        masked
            .map(|event| (event.run.0.as_u128(), event.kind))
            .collect()
    }

    #[test]
    fn every_run_has_a_tail_of_its_own_until_its_attempt_ends() {
        let logged = |message: &str| EventKind::Logged {
            level: Level::Info,
            message: message.into(),
        };
        let finished = |message| EventKind::TaskRunFinished {
            outcome: Outcome::Failed(failure(message)),
            cached: false,
            usage: None,
        };
        let failed = |message| EventKind::AttemptFailed {
            failure: failure(message),
            retry_at: Timestamp::UNIX_EPOCH,
            usage: None,
        };
        let told = shown([
            (1, print("a sword")),
            (2, print("fish and sword")),
            (1, print("fish")),
            (1, logged("swordfish")),
            (1, print("s")),
            (2, failed("no swordfish")),
            (2, print("fish")),
            (1, finished("swordfish!")),
        ]);
        let expected = [
            (1, print("a ")),
            (2, print("fish and ")),
            (1, print("********")),
            (1, logged("********")),
            (2, print("sword")),
            (2, failed("no ********")),
            (2, print("fish")),
            (1, print("s")),
            (1, finished("********!")),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn questions_and_answers_are_masked() {
        let paused = |secret: &str| EventKind::FlowRunPaused {
            prompt: format!("is it {secret}?"),
            schema: format!(r#"{{"const":"{secret}"}}"#).into(),
            until: None,
        };
        let answered = |secret: &str| EventKind::FlowRunAnswered {
            input: format!("[\"{secret}\"]").into(),
        };
        let refused = |secret: &str| EventKind::AnswerRefused {
            reason: format!("{secret} does not fit"),
        };
        let told = |secret| {
            [
                (1, paused(secret)),
                (1, answered(secret)),
                (1, refused(secret)),
            ]
        };
        assert_eq!(shown(told("swordfish")), told("********"));
    }

    #[test]
    fn arguments_names_and_tags_are_masked() {
        let created = |secret: &str| EventKind::TaskRunCreated {
            name: format!("load {secret}").into(),
            task: "load".into(),
            flow_run: RunId(Uuid::nil()),
            parent: None,
            tags: [secret.to_owned()].into(),
            resumed: false,
            replaces: None,
            arguments: vec![Argument {
                name: "token".into(),
                input: Input::Value(Value::Json(format!("\"{secret}\"").into())),
            }],
        };
        assert_eq!(
            shown([(1, created("swordfish"))]),
            [(1, created("********"))]
        );
    }
}
