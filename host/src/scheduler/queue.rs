//! Who starts next: by priority, then in the order of readiness, as far as slots and limits allow.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use thin_vec::ThinVec;

use super::line::Line;
use crate::model::{CacheKey, Limit, Most, RunId, Scope};

/// The limits that a run shares with others.
pub(super) type Gates = ThinVec<usize>;

#[derive(Debug)]
pub(super) struct Queue {
    slots: usize,
    /// How many are in use.
    taken: usize,
    /// Runs that have started and want a slot again; they go first.
    resuming: VecDeque<RunId>,
    ready: Line,
    gates: Vec<Gate>,
    by_scope: HashMap<Scope, Vec<usize>>,
    /// The runs that execute for all of their key, and those that wait for them.
    keys: HashMap<CacheKey, (RunId, Line)>,
    number: u64,
}

/// What to do with the next free slot.
pub(super) enum Next {
    Resume(RunId),
    Start(RunId),
    /// Its turn comes later, for this reason.
    Delay(RunId, String),
}

/// What the queue asks about a run when its turn comes.
pub(super) enum Turn<'a> {
    /// It starts, through these gates, unless another one of this key executes.
    Start(&'a Gates, Option<CacheKey>),
    Resume,
    /// It has ended meanwhile.
    Gone,
}

/// A limit at work.
#[derive(Debug)]
struct Gate {
    room: Option<u32>,
    interval: SignedDuration,
    opens_at: Timestamp,
    waiting: Line,
}

impl Queue {
    pub(super) fn new(slots: usize, limits: &[Limit]) -> Self {
        let mut by_scope: HashMap<_, Vec<_>> = HashMap::new();
        for (index, limit) in limits.iter().enumerate() {
            by_scope.entry(limit.scope.clone()).or_default().push(index);
        }
        Self {
            slots: slots.max(1),
            taken: 0,
            resuming: VecDeque::new(),
            ready: Line::default(),
            gates: limits.iter().map(Gate::new).collect(),
            by_scope,
            keys: HashMap::new(),
            number: 0,
        }
    }

    /// The gates of runs of such a task with such tags.
    pub(super) fn gates(&self, scopes: impl Iterator<Item = Scope>) -> Gates {
        let known = scopes.filter_map(|scope| self.by_scope.get(&scope));
        known.flatten().copied().collect()
    }

    /// Whether there are limits at all.
    pub(super) fn has_gates(&self) -> bool {
        !self.gates.is_empty()
    }

    pub(super) fn push(&mut self, run: RunId, priority: i32) {
        self.ready.insert((Reverse(priority), self.number), run);
        self.number += 1;
    }

    pub(super) fn push_resuming(&mut self, run: RunId) {
        self.resuming.push_back(run);
    }

    pub(super) fn free_slot(&mut self) {
        self.taken -= 1;
    }

    /// Whether somebody waits for a slot.
    pub(super) fn is_waited_for(&self) -> bool {
        !self.ready.is_empty()
    }

    /// An attempt is over that passed these gates.
    pub(super) fn leave(&mut self, gates: &[usize]) {
        for &gate in gates {
            self.gates[gate].leave();
        }
    }

    /// The run's attempt is over: if others of its key waited for it, they try again.
    pub(super) fn leave_key(&mut self, key: CacheKey, run: RunId) {
        if self
            .keys
            .get(&key)
            .is_some_and(|(holder, _)| *holder == run)
            && let Some((_, waiting)) = self.keys.remove(&key)
        {
            self.ready.join(waiting);
        }
    }

    /// Takes a slot for the next run, if there are both. `delay` tells what else it has to wait for; no
    /// run waits for that where none executes.
    pub(super) fn next<'a>(
        &mut self,
        now: Timestamp,
        turn: impl Fn(RunId) -> Turn<'a>,
        mut delay: impl FnMut(RunId) -> Option<String>,
    ) -> Option<Next> {
        while self.taken < self.slots {
            if let Some(run) = self.resuming.pop_front() {
                match turn(run) {
                    Turn::Resume => {
                        self.taken += 1;
                        return Some(Next::Resume(run));
                    }
                    Turn::Start(..) | Turn::Gone => continue,
                }
            }
            self.readmit(now);
            let (place, run) = self.ready.pop_first()?;
            let Turn::Start(gates, key) = turn(run) else {
                continue;
            };
            if let Some((_, waiting)) = key.and_then(|key| self.keys.get_mut(&key)) {
                waiting.insert(place, run);
                continue;
            }
            match gates.iter().find(|&&gate| !self.gates[gate].is_open(now)) {
                Some(&closed) => self.gates[closed].waiting.insert(place, run),
                None => {
                    if let Some(why) = delay(run) {
                        self.ready.insert(place, run);
                        return Some(Next::Delay(run, why));
                    }
                    for &gate in gates {
                        self.gates[gate].enter(now);
                    }
                    if let Some(key) = key {
                        self.keys.insert(key, (run, Line::default()));
                    }
                    self.taken += 1;
                    return Some(Next::Start(run));
                }
            }
        }
        None
    }

    /// Whether no run executes.
    pub(super) fn is_idle(&self) -> bool {
        self.taken == 0
    }

    /// One run at a time may try again at each open gate.
    fn readmit(&mut self, now: Timestamp) {
        for gate in &mut self.gates {
            if gate.is_open(now)
                && let Some((place, run)) = gate.waiting.pop_first()
            {
                self.ready.insert(place, run);
            }
        }
    }

    /// When a gate opens at which somebody waits, by time alone.
    pub(super) fn opens_at(&self) -> Option<Timestamp> {
        let waited_for = self.gates.iter().filter(|gate| !gate.waiting.is_empty());
        let by_time = waited_for.filter(|gate| gate.room != Some(0));
        by_time.map(|gate| gate.opens_at).min()
    }
}

impl Gate {
    fn new(limit: &Limit) -> Self {
        let (room, interval) = match limit.most {
            Most::AtOnce(runs) => (Some(runs), SignedDuration::ZERO),
            Most::Every(ms) => (None, SignedDuration::from_micros((ms * 1e3) as i64)),
        };
        Self {
            room,
            interval,
            opens_at: Timestamp::MIN,
            waiting: Line::default(),
        }
    }

    fn is_open(&self, now: Timestamp) -> bool {
        self.room != Some(0) && self.opens_at <= now
    }

    fn enter(&mut self, now: Timestamp) {
        if let Some(room) = &mut self.room {
            *room -= 1;
        }
        self.opens_at = now.saturating_add(self.interval).unwrap_or(Timestamp::MAX);
    }

    fn leave(&mut self) {
        if let Some(room) = &mut self.room {
            *room += 1;
        }
    }
}
