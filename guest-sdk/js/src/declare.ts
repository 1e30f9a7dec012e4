// `flow` and `task`: what a module declares, and how others call it.

import { Calls, Definition, type Described, type Hook, type RetryCondition } from "./definition.js";
import type { Failure } from "./failure.js";
import type { AllowFailure, Future, FutureList, Unmapped } from "./future.js";
import type { Kind } from "./host.js";
import type { FlowRunOptions, TaskRunOptions } from "./options.js";
import type { State } from "./state.js";
import type { WaitFor } from "./submit.js";
import type { Fields, Filled, Infer, OptionalKeys, TypeLike } from "./types.js";

/** What can be said of both flows and tasks. The README lists the options. */
interface Declared<P extends Fields> {
  /** Instead of the name of the variable that holds it. */
  name?: string;
  /** Instead of the comment (`/** … *\/`) above it. */
  description?: string;
  /** The parameters and their types; without it there are none. */
  params?: P;
  /** Is a failed attempt worth another one? `run` is known after a crash or a timeout alone. */
  retryConditionFn?: RetryCondition;
  /** What it asks of the operator, and all that it is given: `"secret token"`, say. */
  needs?: readonly string[];
  /** Are called in an instance of their own when a run has ended so. */
  onCompletion?: readonly Hook[];
  onFailure?: readonly Hook[];
  onCrashed?: readonly Hook[];
  onCancellation?: readonly Hook[];
}

export interface TaskOptions<P extends Fields> extends Declared<P>, TaskRunOptions {
  /** How many runs of it may execute at the same time. */
  maxConcurrency?: number;
  /** Makes the key under which a result is kept, where the run is submitted. */
  cacheKeyFn?: (task: Described, args: { [K in keyof P]: Infer<P[K]> }) => string | undefined;
  /** It depends on its arguments alone: nothing else is granted to it, and its results are shared. */
  pure?: boolean;
}

export interface FlowOptions<P extends Fields> extends Declared<P>, FlowRunOptions {}

export type SubmitOptions<O> = O & {
  /** Runs that are to end before, of which it takes no result. */
  waitFor?: WaitFor;
};

type IsAny<T> = 0 extends 1 & T ? true : false;

/** What stands for a value: itself, or the run that returns it; for a list, a list of such runs. */
export type Argument<T> =
  IsAny<T> extends true
    ? any
    : Failure extends T
      ? Exclude<T, Failure> | Future<Exclude<T, Failure>> | AllowFailure<Exclude<T, Failure>>
      : T | Future<T> | (T extends readonly (infer I)[] ? readonly (I | Future<I>)[] : never);

type Required<P extends Fields> = Exclude<keyof P, OptionalKeys<P>>;

export type CallArguments<P extends Fields> = { [K in Required<P>]: Argument<Infer<P[K]>> } & {
  [K in OptionalKeys<P>]?: Argument<Infer<P[K]>>;
};

/** Of a `map`: one value for each run, or one for all of them. */
type Mapped<T> = Iterable<Argument<T>> | Future<T[]> | Unmapped<T | Future<T>> | Argument<T>;

export type MapArguments<P extends Fields> = { [K in Required<P>]: Mapped<Infer<P[K]>> } & {
  [K in OptionalKeys<P>]?: Mapped<Infer<P[K]>>;
};

type Rest<A, O> = {} extends A ? [args?: A, options?: O] : [args: A, options?: O];

/** What a run gives for what its function returns. */
export type Settled<R> = R extends FutureList<infer I> ? I[] : R extends Future<infer I> ? I : R;

interface Callable<P extends Fields, R, O> {
  /** Submits a run and waits for its state. */
  (args: CallArguments<P>, options: SubmitOptions<O> & { returnState: true }): Promise<State<R>>;
  /** Submits a run and waits for its result; rejects with its `Failure`. */
  (...call: Rest<CallArguments<P>, SubmitOptions<O>>): Promise<R>;
  /** Submits a run and returns its future at once. */
  submit(...call: Rest<CallArguments<P>, SubmitOptions<O>>): Future<R>;
  readonly kind: Kind;
  readonly name: string;
  /** The function itself, which runs where it is called. */
  readonly fn: (args: Filled<P>) => unknown;
}

/** A function each of whose calls is a run in an instance of its own; made by `task`. */
export interface Task<P extends Fields, R> extends Callable<P, R, TaskRunOptions> {
  /** One run for each element of the arguments, which are lists; texts, bytes, plain objects and what is
   * `unmapped` are the same for all. */
  map(args: MapArguments<P>, options?: SubmitOptions<TaskRunOptions>): FutureList<R>;
  /** The same task with other options. */
  withOptions(options: TaskRunOptions): Task<P, R>;
}

/** A function that submits runs; made by `flow`. Called by another flow it is a subflow. */
export interface Flow<P extends Fields, R> extends Callable<P, R, FlowRunOptions> {
  /** The same flow with other options. */
  withOptions(options: FlowRunOptions): Flow<P, R>;
}

type NoFields = Record<never, never>;
type Returned<T> = T | Promise<T> | Future<T> | Promise<Future<T>>;

/** Makes a task of a function. */
export function task<R>(fn: () => R): Task<NoFields, Settled<Awaited<R>>>;
export function task<const P extends Fields = NoFields, const S extends TypeLike = "any">(
  options: TaskOptions<P> & { returns: S },
  fn: (args: Filled<P>) => Returned<Infer<S>>,
): Task<P, Infer<S>>;
export function task<const P extends Fields = NoFields, R = unknown>(
  options: TaskOptions<P>,
  fn: (args: Filled<P>) => R,
): Task<P, Settled<Awaited<R>>>;
export function task(...declared: unknown[]): unknown {
  return declare("task", declared);
}

/** Makes a flow of a function. */
export function flow<R>(fn: () => R): Flow<NoFields, Settled<Awaited<R>>>;
export function flow<const P extends Fields = NoFields, const S extends TypeLike = "any">(
  options: FlowOptions<P> & { returns: S },
  fn: (args: Filled<P>) => Returned<Infer<S>>,
): Flow<P, Infer<S>>;
export function flow<const P extends Fields = NoFields, R = unknown>(
  options: FlowOptions<P>,
  fn: (args: Filled<P>) => R,
): Flow<P, Settled<Awaited<R>>>;
export function flow(...declared: unknown[]): unknown {
  return declare("flow", declared);
}

/** The definitions behind what is called. */
const behind = new WeakMap<object, Definition>();

function declare(kind: Kind, declared: unknown[]): unknown {
  const [words, fn] = declared.length === 1 ? [{}, declared[0]] : declared;
  return callable(new Calls(new Definition(kind, words as object, fn as () => unknown)));
}

function callable(calls: Calls): unknown {
  const { definition } = calls;
  const call = (args?: object, options?: object) => calls.call(args as Record<string, unknown>, options);
  behind.set(call, definition);
  Object.defineProperty(call, "name", { get: () => definition.name });
  return Object.assign(call, {
    kind: definition.kind,
    fn: definition.fn,
    submit: calls.one.bind(calls),
    withOptions: (options: object) => callable(calls.with(options)),
    ...(definition.kind === "task" ? { map: calls.many.bind(calls) } : {}),
  });
}

/** The flow or task that the value is, if it is one. */
export function definitionOf(value: unknown): Definition | undefined {
  return typeof value === "function" ? behind.get(value) : undefined;
}
