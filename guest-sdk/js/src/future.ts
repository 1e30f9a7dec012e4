// Futures: handles on runs that were submitted.

import { type Duration, milliseconds } from "./amounts.js";
import { Failure, TimeoutError } from "./failure.js";
import { host, type Run, type Value } from "./host.js";
import { ended } from "./loop.js";
import { State } from "./state.js";
import { RESULT } from "./values.js";

export interface WaitOptions {
  /** How long to wait at most. */
  timeout?: Duration | undefined;
}

/** The handle that a future stands for. */
export let runOf: (future: Future<unknown>) => Run;
/** What a future's run returned, blocking all else until then. */
export let resultNow: <R>(future: Future<R>) => R;

/**
 * A handle on a run that returns an `R`.
 *
 * Dropping it does not cancel the run: a flow run ends when all of its runs have. It is no promise, so that
 * it can be passed on as it is; `result` gives one.
 */
export class Future<R> {
  static {
    runOf = (future) => future.#run;
    resultNow = (future) => future.#value();
  }

  readonly #run: Run;
  readonly #decode: (value: Value) => R;

  constructor(run: Run, decode: (value: Value) => R) {
    this.#run = run;
    this.#decode = decode;
  }

  /** The run's id, a UUID. */
  get id(): string {
    return this.#run.id();
  }

  /** The run's name, as logs show it. */
  get name(): string {
    return this.#run.name();
  }

  /** Where the run stands now. */
  get state(): State<R> {
    return new State(this.#run.state(), () => this.result());
  }

  /** Whether the run has ended. */
  done(): boolean {
    return host().waitAny([this.#run], 0).length > 0;
  }

  /** Waits until the run has ended, or the time is up; tells which. */
  wait(options: WaitOptions = {}): Promise<boolean> {
    return ended(this.#run, limit(options));
  }

  /**
   * What the run returned, when it has ended. Rejects with a `Failure` if the run did not complete, and with
   * a `TimeoutError` if the time is up before.
   */
  async result(options: WaitOptions = {}): Promise<R> {
    if (!(await this.wait(options))) {
      throw new TimeoutError(`run ${this.name} has not ended within ${options.timeout}`);
    }
    return this.#value();
  }

  /**
   * Asks the host to end the run: its result is then a failure of kind `cancelled`. Does nothing to a run
   * that has ended.
   */
  cancel(): void {
    this.#run.cancel();
  }

  /** What stands in the place of a future that is part of a result. */
  [RESULT](): R {
    return this.#value();
  }

  toString(): string {
    return `Future(${this.name})`;
  }

  #value(): R {
    return this.#decode(this.#run.result());
  }
}

function limit({ timeout }: WaitOptions): number | undefined {
  return timeout === undefined ? undefined : milliseconds("timeout", timeout);
}

/** The futures of a `map`, in the order of its values. */
export class FutureList<R> extends Array<Future<R>> {
  /** What `map` and the like make of it is a plain list. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** Waits until all have ended, or the time is up; tells which. */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    const { notDone } = await wait(this, options);
    return notDone.length === 0;
  }

  /** What the runs returned; see `Future.result`. */
  result(options: WaitOptions = {}): Promise<R[]> {
    return Promise.all(Array.from(this, (future) => future.result(options)));
  }

  [RESULT](): R[] {
    return Array.from(this, resultNow);
  }
}

/** What `wait` found. */
export interface DoneAndNotDone<R> {
  done: Future<R>[];
  notDone: Future<R>[];
}

/** Waits until all runs have ended or the time is up, and tells which have and which not. */
export async function wait<R>(
  futures: Iterable<Future<R>>,
  options: WaitOptions = {},
): Promise<DoneAndNotDone<R>> {
  const all = [...futures];
  const haveEnded = await Promise.all(all.map((future) => future.wait(options)));
  const of = (state: boolean) => all.filter((_, index) => haveEnded[index] === state);
  return { done: of(true), notDone: of(false) };
}

/** The futures in the order in which their runs end. Throws a `TimeoutError` if the time is up before that. */
export async function* asCompleted<R>(
  futures: Iterable<Future<R>>,
  options: WaitOptions = {},
): AsyncGenerator<Future<R>, void> {
  const left = new Set(futures);
  const completed: Future<R>[] = [];
  let wake = () => {};
  for (const future of left) {
    void future.wait(options).then((hasEnded) => {
      if (hasEnded) {
        completed.push(future);
      }
      wake();
    });
  }
  while (left.size > 0) {
    if (completed.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (completed.length === 0) {
      throw new TimeoutError(`${left.size} runs have not ended within ${options.timeout}`);
    }
    for (const future of completed.splice(0)) {
      left.delete(future);
      yield future;
    }
  }
}

/** What `allowFailure` made. */
export class AllowFailure<R> {
  constructor(readonly future: Future<R>) {}
}

/**
 * Lets the new run start even if this one does not complete: in `waitFor`, or as the argument for a
 * parameter of type `t.outcome(…)`.
 */
export function allowFailure<R>(future: Future<R>): AllowFailure<R> {
  return new AllowFailure(future);
}

/** What `unmapped` made. */
export class Unmapped<T> {
  constructor(readonly value: T) {}
}

/** Gives all runs of a `map` the same value, or the result of the same run. */
export function unmapped<T>(value: T): Unmapped<T> {
  return new Unmapped(value);
}

/** The result of a run, or the `Failure` of one that did not complete. */
export function outcomeNow<R>(future: Future<R>): R | Failure {
  try {
    return resultNow(future);
  } catch (error) {
    if (error instanceof Failure) {
      return error;
    }
    throw error;
  }
}
