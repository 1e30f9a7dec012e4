// Flows and tasks of other components, which are called by name: `remote.task("images/resize")` is the task
// `resize` of the component that `wflow.toml` calls `images`.

import type { CallArguments, MapArguments } from "./declare.js";
import { taken } from "./definition.js";
import type { Future, FutureList } from "./future.js";
import type { Kind, Options } from "./host.js";
import type { FlowRunOptions, TaskRunOptions } from "./options.js";
import { type Arguments, Submit, type WaitFor } from "./submit.js";
import { typeOf } from "./t.js";
import type { Fields, Infer, Type, TypeLike } from "./types.js";

/** A flow or task of another component. It takes `A` for one run, and `M` for one run for each element. */
export class Remote<R, O, A = Arguments, M = Arguments> {
  readonly #kind: Kind;
  readonly #result: Type<R, boolean> | undefined;
  readonly #overrides: Options;

  constructor(
    kind: Kind,
    readonly name: string,
    result?: Type<R, boolean>,
    overrides: Options = {},
  ) {
    this.#kind = kind;
    this.#result = result;
    this.#overrides = overrides;
  }

  /** Submits a run and waits for its result. */
  call(args?: A, options?: O & { waitFor?: WaitFor }): Promise<R> {
    return this.submit(args, options).result();
  }

  /** Submits a run and returns its future at once. */
  submit(args?: A, options?: O & { waitFor?: WaitFor }): Future<R> {
    return this.#submit(options).one((args ?? {}) as Arguments) as Future<R>;
  }

  /** One run for each element of the arguments that are lists. */
  map(args: M, options?: O & { waitFor?: WaitFor }): FutureList<R> {
    return this.#submit(options).many(args as Arguments) as FutureList<R>;
  }

  /** The same with other options. */
  withOptions(options: O): Remote<R, O, A, M> {
    const [overrides] = taken(this.#kind, this.#overrides, options as object);
    return new Remote(this.#kind, this.name, this.#result, overrides);
  }

  #submit(options: object = {}): Submit {
    const target = {
      kind: this.#kind,
      name: this.name,
      result: this.#result as Type<unknown, boolean> | undefined,
    };
    return new Submit(target, ...taken(this.#kind, this.#overrides, options));
  }
}

type TypedRemote<S extends TypeLike, O, P extends Fields> = Remote<
  Infer<S>,
  O,
  CallArguments<P>,
  MapArguments<P>
>;

/** A task by its component's name and its own; `returns` says what to expect, and `params` what it takes, as
 * `wflow bind` writes them. */
export function task<S extends TypeLike = "any">(name: string, returns?: S): Remote<Infer<S>, TaskRunOptions>;
export function task<const S extends TypeLike, const P extends Fields>(
  name: string,
  returns: S,
  params: P,
): TypedRemote<S, TaskRunOptions, P>;
export function task(name: string, returns?: TypeLike): unknown {
  return new Remote("task", name, returns === undefined ? undefined : typeOf(returns));
}

/** A flow, likewise. */
export function flow<S extends TypeLike = "any">(name: string, returns?: S): Remote<Infer<S>, FlowRunOptions>;
export function flow<const S extends TypeLike, const P extends Fields>(
  name: string,
  returns: S,
  params: P,
): TypedRemote<S, FlowRunOptions, P>;
export function flow(name: string, returns?: TypeLike): unknown {
  return new Remote("flow", name, returns === undefined ? undefined : typeOf(returns));
}
