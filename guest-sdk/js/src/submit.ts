// How runs are submitted: what becomes of arguments, futures among them.

import { Failure } from "./failure.js";
import { AllowFailure, Future, FutureList, outcomeNow, resultNow, runOf, Unmapped } from "./future.js";
import {
  type Argument,
  type Dependency,
  host,
  type Input,
  type Kind,
  type Options,
  type Value,
} from "./host.js";
import type { Type } from "./types.js";
import { decodeResult, encode } from "./values.js";

export type Arguments = Record<string, unknown>;
export type WaitFor = Iterable<Future<any> | AllowFailure<any>>;
export type CacheKey = (args: Arguments) => string | undefined;

/** What a submit knows of the flow or task; of one of another component, only its name. */
export interface Target {
  kind: Kind;
  name: string;
  parameters?: ReadonlyMap<string, Type<unknown, boolean>>;
  result?: Type<unknown, boolean> | undefined;
}

/** What all runs of one submit have in common. */
export class Submit {
  readonly #target: Target;
  readonly #options: Options;
  readonly #waitFor: Dependency[];
  readonly #cacheKey: CacheKey | undefined;

  constructor(target: Target, options: Options, waitFor: WaitFor = [], cacheKey?: CacheKey) {
    this.#target = target;
    this.#options = options;
    this.#waitFor = Array.from(waitFor, dependency);
    this.#cacheKey = cacheKey;
  }

  /** Submits one run, and returns at once. */
  one(args: Arguments): Future<unknown> {
    const waitFor = [...this.#waitFor];
    const told = this.#arguments(args, waitFor);
    const { kind, name } = this.#target;
    return this.#future(host().submit(kind, name, told, waitFor, this.#optionsOf(args)));
  }

  /** One run for each element of the arguments that are lists. */
  many(args: Arguments): FutureList<unknown> {
    const rows = this.#rows(args);
    if (this.#cacheKey !== undefined || this.#target.kind === "flow") {
      // Each run has a key of its own, and so a submit of its own.
      return FutureList.from(rows, (row) => this.one(row)) as FutureList<unknown>;
    }
    const waitFor = [...this.#waitFor];
    const told = rows.map((row) => this.#arguments(row, waitFor));
    const runs = host().submitMany(this.#target.name, told, waitFor, this.#options);
    return FutureList.from(runs, (run) => this.#future(run)) as FutureList<unknown>;
  }

  #future(run: ReturnType<typeof runOf>): Future<unknown> {
    return new Future(run, (value: Value) => decodeResult(this.#target.result, value));
  }

  #optionsOf(args: Arguments): Options {
    // What is not there yet cannot be part of a key.
    if (this.#cacheKey === undefined || hasFuture(args)) {
      return this.#options;
    }
    const key = this.#cacheKey(args);
    return key === undefined ? this.#options : { ...this.#options, cache_key: String(key) };
  }

  #arguments(args: Arguments, waitFor: Dependency[]): Argument[] {
    const given = Object.entries(args).filter(([, value]) => value !== undefined);
    return given.map(([name, value]) => ({ name, input: this.#input(name, value, waitFor) }));
  }

  #input(name: string, value: unknown, waitFor: Dependency[]): Input {
    const takesOutcomes = this.#target.parameters?.get(name)?.form.travels === "outcome";
    if (value instanceof AllowFailure) {
      if (this.#target.parameters !== undefined && !takesOutcomes) {
        throw new TypeError(
          `${this.#target.name}: '${name}' takes no failure; its type is to be t.outcome(…)`,
        );
      }
      return { outcomeOf: runOf(value.future) };
    }
    if (value instanceof Future) {
      return takesOutcomes ? { value: encode(resultNow(value), true) } : { resultOf: runOf(value) };
    }
    if (Array.isArray(value) && value.length > 0 && value.every((item) => item instanceof Future)) {
      return { resultsOf: value.map(runOf) };
    }
    return { value: encode(hasFuture(value) ? settled(value, waitFor) : value, takesOutcomes) };
  }

  #rows(args: Arguments): Arguments[] {
    const columns = Object.entries(args).map(([name, value]) => [name, value, column(value)] as const);
    const lengths = columns.flatMap(([name, , items]) =>
      items === undefined ? [] : [[name, items.length] as const],
    );
    const [first] = lengths;
    if (first === undefined) {
      throw new TypeError(`${this.#target.name}.map needs a list for at least one parameter`);
    }
    if (lengths.some(([, length]) => length !== first[1])) {
      const told = lengths.map(([name, length]) => `'${name}' has ${length}`).join(", ");
      throw new RangeError(
        `${this.#target.name}.map: ${told} values; use \`unmapped\` for a value that all runs share`,
      );
    }
    const row = (index: number) =>
      columns.map(([name, value, items]) => [name, items === undefined ? unwrapped(value) : items[index]]);
    return Array.from({ length: first[1] }, (_, index) => Object.fromEntries(row(index)) as Arguments);
  }
}

function dependency(run: unknown): Dependency {
  if (run instanceof AllowFailure) {
    return { run: runOf(run.future), allowFailure: true };
  }
  if (run instanceof Future) {
    return { run: runOf(run), allowFailure: false };
  }
  throw new TypeError(`waitFor takes futures, not ${String(run)}`);
}

/** The values of an argument of a `map`; none if all runs share it. */
function column(value: unknown): unknown[] | undefined {
  const list: unknown = value instanceof Future ? resultNow(value as Future<unknown>) : value;
  const isIterable = typeof list === "object" && list !== null && Symbol.iterator in list;
  if (!isIterable || list instanceof Map || ArrayBuffer.isView(list)) {
    return undefined;
  }
  return Array.from(list as Iterable<unknown>);
}

function unwrapped(value: unknown): unknown {
  return value instanceof Unmapped ? value.value : value;
}

/** Whether it is a list or an object in whose parts a future may be. */
function isPlain(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value))
  );
}

/** Whether a future is somewhere in it; a value that contains itself is JSON's to refuse. */
function hasFuture(value: unknown, above: readonly object[] = []): boolean {
  if (!Array.isArray(value) && !isPlain(value)) {
    return value instanceof Future || value instanceof AllowFailure;
  }
  return !above.includes(value) && Object.values(value).some((part) => hasFuture(part, [...above, value]));
}

/**
 * The value with results in the places of futures. The new run is made to depend on a run that failed, so
 * that it does not start.
 */
function settled(value: unknown, waitFor: Dependency[]): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => settled(item, waitFor));
  }
  if (isPlain(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, settled(item, waitFor)]));
  }
  if (value instanceof AllowFailure) {
    return outcomeNow(value.future as Future<unknown>);
  }
  if (!(value instanceof Future)) {
    return value;
  }
  const outcome = outcomeNow(value as Future<unknown>);
  if (outcome instanceof Failure) {
    waitFor.push({ run: runOf(value), allowFailure: false });
    return null;
  }
  return outcome;
}
