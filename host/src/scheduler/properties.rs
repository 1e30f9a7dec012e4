//! Random scripts: whatever guests do in whatever order, nothing is lost, nothing runs twice, every
//! run ends, and no more runs execute than may.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::model::{
    CacheIsolation, CacheUse, Failure, FailureKind, Hooks, Outcome, Retries, RunnerKind, Usage,
    Value,
};

const TAGGED_AT_ONCE: usize = 2;

/// Something that a guest, a user or the clock does; the numbers choose among the runs that can.
#[derive(Clone, Debug)]
enum Step {
    SubmitTask {
        by: usize,
        upstreams: Vec<(usize, bool)>,
        retries: u32,
        priority: i32,
        tagged: bool,
        refused: bool,
        cache: Option<CacheUse>,
    },
    StartFlow {
        by: usize,
        retries: u32,
        timeout_ms: Option<u64>,
    },
    End {
        run: usize,
        kind: Option<FailureKind>,
        /// Of a failure; a result may be kept.
        retryable: bool,
    },
    Wait {
        run: usize,
    },
    Awake {
        run: usize,
    },
    Pause {
        run: usize,
        timeout_ms: Option<u64>,
    },
    Answer {
        run: usize,
    },
    Decide {
        run: usize,
        holds: bool,
    },
    Cancel {
        run: usize,
    },
    Pass {
        ms: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        3 => Just(None),
        2 => Just(Some(FailureKind::Failed)),
        1 => Just(Some(FailureKind::Crashed)),
        1 => Just(Some(FailureKind::TimedOut)),
    ];
    let cache = prop_oneof![
        2 => Just(None),
        1 => (prop::bool::weighted(0.2), any::<bool>()).prop_map(|(refresh, serializable)| {
            let isolation = match serializable {
                true => CacheIsolation::Serializable,
                false => CacheIsolation::ReadCommitted,
            };
            Some(CacheUse { refresh, isolation })
        }),
    ];
    let upstreams = vec((any::<usize>(), any::<bool>()), 0..3);
    prop_oneof![
        6 => (any::<usize>(), upstreams, 0..3_u32, -1..2_i32, any::<bool>(), prop::bool::weighted(0.1), cache)
            .prop_map(|(by, upstreams, retries, priority, tagged, refused, cache)| Step::SubmitTask {
                by, upstreams, retries, priority, tagged, refused, cache,
            }),
        2 => (any::<usize>(), 0..2_u32, proptest::option::of(1..50_u64))
            .prop_map(|(by, retries, timeout_ms)| Step::StartFlow { by, retries, timeout_ms }),
        6 => (any::<usize>(), kind, any::<bool>())
            .prop_map(|(run, kind, retryable)| Step::End { run, kind, retryable }),
        2 => any::<usize>().prop_map(|run| Step::Wait { run }),
        2 => any::<usize>().prop_map(|run| Step::Awake { run }),
        2 => (any::<usize>(), proptest::option::of(0..50_u64))
            .prop_map(|(run, timeout_ms)| Step::Pause { run, timeout_ms }),
        2 => any::<usize>().prop_map(|run| Step::Answer { run }),
        2 => (any::<usize>(), any::<bool>())
            .prop_map(|(run, holds)| Step::Decide { run, holds }),
        1 => any::<usize>().prop_map(|run| Step::Cancel { run }),
        2 => (0..40_u64).prop_map(|ms| Step::Pass { ms }),
    ]
}

/// What can be known of a run from outside.
#[derive(Debug)]
struct Seen {
    state: State,
    is_flow: bool,
    parent: Option<RunId>,
    flow_run: Option<RunId>,
    upstreams: Vec<Upstream>,
    retries: u32,
    tagged: bool,
    cache: Option<CacheUse>,
    key: CacheKey,
    /// Others of its key wait for it.
    alone: bool,
    attempts: u32,
    /// It could start at once.
    ready: bool,
    /// An instance is there.
    live: bool,
    /// An instance is asked whether another attempt is worth it.
    asked: bool,
    /// It waits for others, or for an answer.
    yielded: bool,
}

impl Seen {
    fn is_exclusive(&self) -> bool {
        let isolation = self.cache.map(|cache| cache.isolation);
        isolation == Some(CacheIsolation::Serializable)
    }
}

/// Plays guests that keep to the contract, and checks all that happens.
struct World {
    scheduler: Scheduler,
    slots: usize,
    now: Timestamp,
    runs: HashMap<RunId, Seen>,
    order: Vec<RunId>,
    /// The keys under which there is a result.
    kept: HashSet<CacheKey>,
}

impl World {
    fn new(slots: usize) -> Self {
        let limit = format!("tag:tagged={TAGGED_AT_ONCE}");
        let limits = [limit.parse().expect("a limit")];
        let mut world = Self {
            scheduler: Scheduler::new(slots, &limits, Quotas::default()),
            slots,
            now: Timestamp::UNIX_EPOCH,
            runs: HashMap::new(),
            order: Vec::new(),
            kept: HashSet::new(),
        };
        world.submit(None, world.flow(None), Vec::new(), 0, false, false);
        world
    }

    fn flow(&self, timeout_ms: Option<u64>) -> NewRunOf {
        NewRunOf::Flow {
            runner: RunnerKind::Concurrent,
            workers: 1,
            timeout_ms,
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::SubmitTask {
                by,
                upstreams,
                retries,
                priority,
                tagged,
                refused,
                cache,
            } => {
                let Some(parent) = self.pick(by, |run| run.live && !run.yielded) else {
                    return;
                };
                let upstreams = upstreams.into_iter().filter_map(|(run, allow_failure)| {
                    let run = self.pick(run, |_| true)?;
                    // A run cannot wait for the one that waits for it.
                    (!self.runs[&run].is_flow).then_some(Upstream { run, allow_failure })
                });
                let upstreams = upstreams.collect();
                let task = NewRunOf::Task { priority, cache };
                self.submit(Some(parent), task, upstreams, retries, tagged, refused);
            }
            Step::StartFlow {
                by,
                retries,
                timeout_ms,
            } => {
                if let Some(parent) = self.pick(by, |run| run.live && !run.yielded) {
                    let flow = self.flow(timeout_ms);
                    self.submit(Some(parent), flow, Vec::new(), retries, false, false);
                }
            }
            Step::End {
                run,
                kind,
                retryable,
            } => {
                if let Some(run) = self.pick(run, |run| run.live) {
                    self.end(run, kind, retryable);
                }
            }
            Step::Wait { run } => {
                let can = |run: &Seen| run.live && !run.is_flow && !run.yielded;
                if let Some(run) = self.pick(run, can) {
                    self.handle(Input::Waiting { run });
                }
            }
            Step::Awake { run } => {
                let can = |run: &Seen| run.live && !run.is_flow && run.yielded;
                if let Some(run) = self.pick(run, can) {
                    self.handle(Input::WaitEnded { run });
                }
            }
            Step::Pause { run, timeout_ms } => {
                let can = |run: &Seen| run.live && run.is_flow && !run.yielded;
                if let Some(run) = self.pick(run, can) {
                    self.handle(Input::Paused {
                        run,
                        prompt: String::new(),
                        schema: "".into(),
                        timeout_ms,
                    });
                }
            }
            Step::Answer { run } => {
                if let Some(run) = self.pick(run, |run| run.is_flow) {
                    let input = "null".into();
                    self.handle(Input::Answered { run, input });
                }
            }
            Step::Decide { run, holds } => {
                if let Some(run) = self.pick(run, |run| run.asked) {
                    self.decide(run, holds);
                }
            }
            Step::Cancel { run } => {
                if let Some(run) = self.pick(run, |_| true) {
                    let reason = "stop".to_owned();
                    self.handle(Input::CancelRequested { run, reason });
                }
            }
            Step::Pass { ms } => {
                self.now += std::time::Duration::from_millis(ms);
                self.handle(Input::Tick);
            }
        }
    }

    fn pick(&self, number: usize, can: impl Fn(&Seen) -> bool) -> Option<RunId> {
        let able: Vec<_> = self.order.iter().filter(|id| can(&self.runs[id])).collect();
        able.get(number % able.len().max(1)).copied().copied()
    }

    fn submit(
        &mut self,
        parent: Option<RunId>,
        what: NewRunOf,
        upstreams: Vec<Upstream>,
        retries: u32,
        tagged: bool,
        refused: bool,
    ) {
        let run = RunId(uuid::Uuid::from_u128((self.order.len() as u128) << 32));
        let flow_run = parent.and_then(|parent| match self.runs[&parent].is_flow {
            true => Some(parent),
            false => self.runs[&parent].flow_run,
        });
        let seen = Seen {
            state: State::Pending,
            is_flow: matches!(what, NewRunOf::Flow { .. }),
            parent,
            flow_run,
            upstreams: upstreams.clone(),
            retries,
            tagged,
            cache: match what {
                NewRunOf::Task { cache, .. } => cache,
                NewRunOf::Flow { .. } => None,
            },
            key: CacheKey([self.order.len() as u8 % 2; 32]),
            alone: false,
            attempts: 0,
            ready: false,
            live: false,
            asked: false,
            yielded: false,
        };
        self.runs.insert(run, seen);
        self.order.push(run);
        let policy = Policy {
            title: match what {
                NewRunOf::Flow { .. } => "flow".into(),
                NewRunOf::Task { .. } => "task".into(),
            },
            tags: tagged.then(|| "tagged".to_owned()).into_iter().collect(),
            retries: Retries {
                count: retries,
                delays_ms: Box::new([10]),
                backoff: 2.0,
                jitter: 0.5,
                // One is as good as the other; those that retry once have one.
                condition: retries == 1,
            },
            hooks: Hooks::default(),
        };
        self.handle(Input::Submitted(Box::new(NewRun {
            run,
            name: "run".into(),
            parent,
            what,
            policy: Arc::new(policy),
            arguments: Vec::new(),
            upstreams,
            refusal: refused.then(|| Failure::invalid_input("nonsense")),
            past: Past::None,
        })));
    }

    fn end(&mut self, run: RunId, kind: Option<FailureKind>, retryable: bool) {
        let outcome = match kind {
            None if retryable && self.runs[&run].cache.is_some() => return self.offer(run),
            None => Outcome::Completed(Value::null()),
            Some(kind) => Outcome::Failed(Failure {
                kind,
                message: "no".into(),
                retryable,
            }),
        };
        let seen = self.runs.get_mut(&run).expect("it was picked");
        (seen.live, seen.yielded) = (false, false);
        self.handle(Input::AttemptEnded {
            run,
            outcome,
            usage: Usage::default(),
        });
    }

    fn offer(&mut self, run: RunId) {
        let seen = self.runs.get_mut(&run).expect("it was picked");
        (seen.live, seen.yielded) = (false, false);
        if seen.state == State::Running {
            self.kept.insert(seen.key);
        }
        let result = Value::null();
        self.handle(Input::ResultOffered {
            run,
            result,
            usage: Usage::default(),
        });
    }

    fn decide(&mut self, run: RunId, holds: bool) {
        self.seen(run).asked = false;
        let outcome = Outcome::Completed(Value::Json(holds.to_string().into()));
        self.handle(Input::RetryConditionDecided { run, outcome });
    }

    fn handle(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for event in self.scheduler.handle(self.now, input) {
                self.observe(&event);
                inputs.extend(self.answer(&event));
            }
        }
        self.check_bounds();
    }

    fn answer(&self, event: &Event) -> Option<Input> {
        let run = event.run;
        let Seen { cache, key, .. } = self.runs[&run];
        let is_kept = self.kept.contains(&key) && !cache?.refresh;
        (event.kind == EventKind::TaskRunSubmitted).then(|| Input::CacheAnswered {
            run,
            key: Some(key),
            found: is_kept.then(Value::null),
        })
    }

    fn observe(&mut self, event: &Event) {
        let next = match &event.kind {
            EventKind::AttemptStarted { number } => {
                self.check_start(event.run, *number);
                State::Running
            }
            EventKind::AttemptFailed { retry_at, .. } => {
                assert!(*retry_at >= self.now);
                State::AwaitingRetry
            }
            EventKind::CancellationStarted => State::Cancelling,
            EventKind::TaskRunFinished { cached: true, .. } => {
                let Seen { cache, key, .. } = self.runs[&event.run];
                assert!(cache.is_some_and(|cache| !cache.refresh));
                assert!(self.kept.contains(&key), "there is no such result");
                State::Cached
            }
            EventKind::TaskRunFinished { outcome, .. } => outcome.into(),
            EventKind::FlowRunFinished { outcome, .. } => {
                let mut own = self
                    .runs
                    .values()
                    .filter(|run| run.flow_run == Some(event.run));
                assert!(
                    own.all(|run| run.state.is_final()),
                    "a flow awaits its runs"
                );
                outcome.into()
            }
            EventKind::RetryConditionAsked { .. } => {
                let seen = self.seen(event.run);
                assert!(!seen.live, "its attempt is over");
                seen.asked = true;
                match seen.state {
                    State::Paused => State::Running,
                    _ => return,
                }
            }
            EventKind::FlowRunPaused { until, .. } => {
                assert!(until.is_none_or(|until| until >= self.now));
                self.seen(event.run).yielded = true;
                State::Paused
            }
            EventKind::FlowRunAnswered { .. } | EventKind::FlowRunUnanswered => {
                assert_eq!(self.runs[&event.run].state, State::Paused);
                self.seen(event.run).yielded = false;
                State::Running
            }
            // Its time was up while it was paused.
            EventKind::FlowRunReturned { .. } => match self.runs[&event.run].state {
                State::Paused => State::Running,
                _ => return,
            },
            EventKind::AnswerRefused { .. } => {
                assert_ne!(self.runs[&event.run].state, State::Paused);
                return;
            }
            EventKind::TaskRunSubmitted => return self.seen(event.run).ready = true,
            EventKind::TaskRunYielded => return self.seen(event.run).yielded = true,
            EventKind::TaskRunResumed => return self.seen(event.run).yielded = false,
            _ => return,
        };
        let seen = self.seen(event.run);
        assert!(seen.state.may_become(next), "{next} after {}", seen.state);
        let has_instance = seen.live || seen.asked;
        assert!(
            !next.is_final() || !has_instance,
            "it ends with its instance"
        );
        seen.state = next;
        seen.ready = false;
    }

    fn seen(&mut self, run: RunId) -> &mut Seen {
        self.runs.get_mut(&run).expect("it was submitted")
    }

    fn check_start(&mut self, id: RunId, number: u32) {
        for upstream in &self.runs[&id].upstreams {
            let state = self.runs[&upstream.run].state;
            assert!(state.is_completed() || upstream.allow_failure && state.is_final());
        }
        if let Some(parent) = self.runs[&id].parent {
            assert_ne!(self.runs[&parent].state, State::Cancelling);
        }
        let alone = self.is_alone(&self.runs[&id]);
        let seen = self.seen(id);
        seen.alone = alone;
        assert!(!seen.live && !seen.asked, "one attempt at a time");
        seen.attempts += 1;
        assert_eq!(seen.attempts, number);
        assert!(number <= seen.retries + 1);
        seen.live = true;
    }

    fn check_bounds(&self) {
        let live = || self.runs.values().filter(|run| run.live && !run.is_flow);
        let executing = live().filter(|run| !run.yielded).count();
        assert!(executing <= self.slots, "{executing} runs have slots");
        let ready = self.runs.values().filter(|run| run.ready);
        let hopes = |run: &Seen| run.cache.is_some_and(|cache| !cache.refresh);
        assert!(
            !ready
                .clone()
                .any(|run| hopes(run) && self.kept.contains(&run.key)),
            "a run is to execute although there is a result"
        );
        let held = |run: &&Seen| run.is_exclusive() && self.executes(run.key);
        let kept_back = ready.clone().any(|run| !run.tagged && !held(&run));
        assert!(executing == self.slots || !kept_back, "a slot is idle");
        let tagged = live().filter(|run| run.tagged).count();
        assert!(tagged <= TAGGED_AT_ONCE, "{tagged} tagged runs execute");
    }

    /// Whether a run executes for which others of its key wait.
    fn executes(&self, key: CacheKey) -> bool {
        let alone = |run: &&Seen| run.live && run.alone && run.key == key;
        let alone = self.runs.values().filter(alone).count();
        assert!(alone <= 1, "{alone} runs of one key execute");
        alone == 1
    }

    /// Whether others of its key are to wait for the run, which starts: no run waits for it that
    /// others wait for.
    fn is_alone(&self, run: &Seen) -> bool {
        let mut ancestor = run.parent.map(|id| &self.runs[&id]);
        while let Some(run) = ancestor {
            if run.live && run.is_exclusive() {
                return false;
            }
            ancestor = run.parent.map(|id| &self.runs[&id]);
        }
        run.is_exclusive()
    }

    /// Lets everything that lives complete, until nothing is left to wait for.
    fn drain(&mut self) {
        while !self.scheduler.is_done() {
            let live = self.pick(0, |run| run.live || run.asked);
            match (live, self.scheduler.next_tick()) {
                (Some(run), _) if self.runs[&run].asked => self.decide(run, false),
                (Some(run), _) => self.end(run, None, false),
                (None, Some(at)) => {
                    self.now = self.now.max(at);
                    self.handle(Input::Tick);
                }
                (None, None) => panic!("nobody will ever end the others: {:?}", self.runs),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 10_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_run_ends_once_and_within_bounds(
        slots in 1..4_usize,
        steps in vec(step(), 0..60),
    ) {
        let mut world = World::new(slots);
        for step in steps {
            world.step(step);
        }
        world.drain();
        for (id, run) in &world.runs {
            prop_assert!(run.state.is_final(), "{id} is {}", run.state);
        }
    }
}
