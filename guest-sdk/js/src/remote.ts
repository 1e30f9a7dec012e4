// Flows and tasks of other components, which are called by name: `remote.task("images/resize")` is the task
// `resize` of the component that `wflow.toml` calls `images`.

import { taken } from "./definition.js";
import type { Future, FutureList } from "./future.js";
import type { Kind, Options } from "./host.js";
import type { FlowRunOptions, TaskRunOptions } from "./options.js";
import { type Arguments, Submit, type WaitFor } from "./submit.js";
import { typeOf } from "./t.js";
import type { Infer, Type, TypeLike } from "./types.js";

/** A flow or task of another component. */
export class Remote<R, O> {
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
  call(args: Arguments = {}, options?: O & { waitFor?: WaitFor }): Promise<R> {
    return this.submit(args, options).result();
  }

  /** Submits a run and returns its future at once. */
  submit(args: Arguments = {}, options?: O & { waitFor?: WaitFor }): Future<R> {
    return this.#submit(options).one(args) as Future<R>;
  }

  /** One run for each element of the arguments that are lists. */
  map(args: Arguments, options?: O & { waitFor?: WaitFor }): FutureList<R> {
    return this.#submit(options).many(args) as FutureList<R>;
  }

  /** The same with other options. */
  withOptions(options: O): Remote<R, O> {
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

/** A task by its component's name and its own; `returns` says what to expect. */
export function task<S extends TypeLike = "any">(
  name: string,
  returns?: S,
): Remote<Infer<S>, TaskRunOptions> {
  return new Remote("task", name, returns === undefined ? undefined : typeOf(returns));
}

/** A flow, likewise. */
export function flow<S extends TypeLike = "any">(
  name: string,
  returns?: S,
): Remote<Infer<S>, FlowRunOptions> {
  return new Remote("flow", name, returns === undefined ? undefined : typeOf(returns));
}
