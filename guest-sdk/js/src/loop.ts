// The event loop of async flows and tasks: one thread, which waits in the host for runs and for the time.

import { now } from "./clock.js";
import { Failure } from "./failure.js";
import { host, type Run } from "./host.js";
import { drain, unhandled } from "./promise.js";

interface Watch {
  run: Run;
  wake(ended: boolean): void;
}

interface Timer {
  due: number;
  fire(): void;
  /** The time from one to the next, if there are several. */
  every: number | undefined;
}

let watches: Watch[] = [];
const timers = new Map<number, Timer>();
let lastTimer = 0;

/** Calls the function when the time (in milliseconds) is up, and names the timer. */
export function startTimer(fire: () => void, delay: number, repeat = false): number {
  const whole = Number.isFinite(delay) ? Math.max(0, Math.ceil(delay)) : 0;
  lastTimer += 1;
  timers.set(lastTimer, { due: now() + whole, fire, every: repeat ? whole : undefined });
  return lastTimer;
}

export function stopTimer(timer: number): void {
  timers.delete(timer);
}

/** Waits for the end of a run while the rest goes on; false if the time (in milliseconds) is up before. */
export function ended(run: Run, timeout?: number): Promise<boolean> {
  return new Promise((resolve) => {
    let timer: number | undefined;
    const watch: Watch = {
      run,
      wake(ended) {
        if (timer !== undefined) {
          stopTimer(timer);
        }
        resolve(ended);
      },
    };
    watches.push(watch);
    if (timeout !== undefined) {
      timer = startTimer(() => {
        watches = watches.filter((one) => one !== watch);
        watch.wake(false);
      }, timeout);
    }
  });
}

/** Runs everything that is to be done until the promise is settled, and gives or throws what it became. */
export function drive<T>(promise: PromiseLike<T>): T {
  let settled: { value: T } | { error: unknown } | undefined;
  promise.then(
    (value) => {
      settled = { value };
    },
    (error: unknown) => {
      settled = { error };
    },
  );
  for (;;) {
    drain();
    if (settled !== undefined) {
      break;
    }
    turn();
  }
  warn();
  if ("error" in settled) {
    throw settled.error;
  }
  return settled.value;
}

/** Waits until there is something to be done, and does it. */
function turn(): void {
  const timeout = untilNextTimer();
  if (watches.length > 0) {
    wake(
      host().waitAny(
        watches.map((watch) => watch.run),
        timeout,
      ),
    );
  } else if (timeout === undefined) {
    throw new Failure(
      "the async function waits for ever: nothing that it awaits is a run or a timer, and no other code is " +
        "left that could wake it",
      { retryable: false },
    );
  } else if (timeout > 0) {
    host().waitAny([], timeout);
  }
  fireTimers();
}

function untilNextTimer(): number | undefined {
  if (timers.size === 0) {
    // Not even a look at the clock: a pure task has none.
    return undefined;
  }
  let due = Number.POSITIVE_INFINITY;
  for (const timer of timers.values()) {
    due = Math.min(due, timer.due);
  }
  return Math.max(0, Math.ceil(due - now()));
}

function wake(indices: ArrayLike<number>): void {
  const ended = new Set(Array.from(indices));
  const all = watches;
  watches = all.filter((_, index) => !ended.has(index));
  for (const index of ended) {
    all[index]?.wake(true);
  }
}

function fireTimers(): void {
  if (timers.size === 0) {
    return;
  }
  const time = now();
  const due = [...timers].filter(([, timer]) => timer.due <= time);
  due.sort(([, one], [, other]) => one.due - other.due);
  for (const [id, timer] of due) {
    // An earlier one may have stopped it.
    if (timers.get(id) !== timer) {
      continue;
    }
    if (timer.every === undefined) {
      timers.delete(id);
    } else {
      timer.due = time + timer.every;
    }
    timer.fire();
    drain();
  }
}

/** Tells of promises that nobody looked at, as what they were to do may be missing. */
function warn(): void {
  for (const reason of unhandled()) {
    host().log("warning", `a promise was rejected, and nothing handles that: ${reason}`);
  }
}
