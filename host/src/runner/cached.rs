//! Between the loop and the cache: what is asked of it, and what is offered to it.

use super::cache::Named;
use super::dispatcher::Dispatcher;
use super::mailbox::Submission;
use crate::model::{Event, EventKind, Outcome, Value};
use crate::scheduler::Input;

impl Dispatcher {
    /// Whether one of the events is a question that has to be answered before anything else happens.
    pub(super) fn asks_the_cache(&self, events: &[Event]) -> bool {
        if !self.caches {
            return false;
        }
        let due = events
            .iter()
            .filter(|event| event.kind == EventKind::TaskRunSubmitted);
        let mut live = due.filter_map(|event| self.live.get(&event.run));
        live.any(|live| live.recipe.is_some())
    }

    /// All that the run waits for has ended: its key can be told, and what was kept under it.
    pub(super) fn ask_the_cache(&mut self, due: &Event) -> Option<Input> {
        let run = due.run;
        let live = &self.live[&run];
        let recipe = live.recipe.as_ref()?;
        // Arguments that cannot be told refuse the run when it starts.
        let values = live.values().ok();
        let flow = recipe.flow_run.filter(|_| recipe.needs_flow());
        let flow = flow.and_then(|flow| self.live.get(&flow));
        let flow_values = flow.and_then(|flow| flow.values().ok());
        let flow = flow.zip(flow_values.as_ref());
        let flow = flow.map(|(flow, values)| flow.named(values));
        let key = values.and_then(|values| {
            recipe.key(
                &live.callee.name,
                &live.callee.origin,
                &live.named(&values),
                flow.as_ref(),
            )
        });
        let found = key.and_then(|key| self.cache.find(recipe, &key, due.at));
        self.live.get_mut(&run)?.recipe.as_mut()?.key = key;
        Some(Input::CacheAnswered { run, key, found })
    }

    /// A result that may be kept is for all runs of its key.
    pub(super) fn offered(&mut self, input: Input) -> Input {
        let (run, result, usage) = match input {
            Input::AttemptEnded {
                run,
                outcome: Outcome::Completed(result),
                usage,
            } => (run, result, usage),
            other => return other,
        };
        let live = self.live.get_mut(&run);
        match live.and_then(|live| live.recipe.as_mut()) {
            Some(recipe) if recipe.key.is_some() && self.cache.may_keep(&result) => {
                recipe.offered = true;
                Input::ResultOffered { run, result, usage }
            }
            _ => Input::AttemptEnded {
                run,
                outcome: Outcome::Completed(result),
                usage,
            },
        }
    }
}

impl Submission {
    fn named<'a>(&'a self, values: &'a [Value]) -> Named<'a> {
        Named {
            parameters: &self.callee.parameters,
            values,
        }
    }
}
