// Flows and tasks as the SDK knows them: what `flow` and `task` make of functions.

import { shown } from "./amounts.js";
import type { Future, FutureList } from "./future.js";
import type { Kind, Options } from "./host.js";
import { contractOptions, submitOptions } from "./options.js";
import type { State } from "./state.js";
import { type Arguments, type CacheKey, Submit, type Target, type WaitFor } from "./submit.js";
import { typeOf } from "./t.js";
import type { Fields, Type, TypeLike } from "./types.js";
import { encode } from "./values.js";

/** A run that has ended, as hooks learn of it. */
export interface EndedRun {
  /** A UUID. */
  id: string;
  /** As logs show it. */
  name: string;
  /** How many attempts there were. */
  attempts: number;
}

/** What hooks and conditions are told of the flow or task. */
export interface Described {
  readonly kind: Kind;
  readonly name: string;
}

export type Hook = (of: Described, run: EndedRun, state: State) => unknown;
export type RetryCondition = (
  of: Described,
  run: EndedRun | undefined,
  state: State,
) => boolean | Promise<boolean>;

const HOOKS = {
  onCompletion: "on_completion",
  onFailure: "on_failure",
  onCrashed: "on_crashed",
  onCancellation: "on_cancellation",
} as const;
type HookWord = keyof typeof HOOKS;

/** What the code says of a flow or task beside the options that a submit may change. */
export interface Words extends Partial<Record<HookWord, readonly Hook[]>> {
  name?: string;
  description?: string;
  params?: Fields;
  returns?: TypeLike;
  retryConditionFn?: RetryCondition;
  cacheKeyFn?: (of: Described, args: any) => string | undefined;
}

/** Everything that was made, in its order. */
export const definitions: Definition[] = [];

/** JSON that stands for a default which JSON does not hold. */
const NULL = "null";

export class Definition implements Target, Described {
  readonly parameters: ReadonlyMap<string, Type<unknown, boolean>>;
  readonly result: Type<unknown, boolean> | undefined;
  /** Options in the contract's spelling. */
  readonly options: Options;
  /** By the names that the host calls them. */
  readonly hooks = new Map<string, Hook>();
  /** Where in the code it was made. */
  readonly origin = new Error().stack ?? "";
  #name: string | undefined;
  #description: string | undefined;

  constructor(
    readonly kind: Kind,
    readonly words: Words,
    readonly fn: (args: any) => unknown,
  ) {
    if (typeof fn !== "function") {
      throw new TypeError(`${kind}() is for functions, not for ${shown(fn)}`);
    }
    const { name, description, params = {}, returns, retryConditionFn, cacheKeyFn: _, ...rest } = words;
    this.#name = name ?? (fn.name || undefined);
    this.#description = description;
    this.parameters = new Map(Object.entries(params).map(([name, like]) => [name, typeOf(like)]));
    this.result = returns === undefined ? undefined : typeOf(returns);
    const declared = { ...rest };
    const hooks: Options = {};
    for (const [word, option] of Object.entries(HOOKS) as [HookWord, string][]) {
      const names = (declared[word] ?? []).map((hook, index) => this.#hook(`${option}[${index}]`, hook));
      if (names.length > 0) {
        hooks[option] = names;
      }
      delete declared[word];
    }
    const condition = retryConditionFn === undefined ? {} : { retry_if: true };
    this.options = { ...contractOptions(kind, declared), ...condition, ...hooks };
    definitions.push(this);
  }

  #hook(place: string, hook: Hook): string {
    if (typeof hook !== "function") {
      throw new TypeError(`${place} is a function, not ${shown(hook)}`);
    }
    const name = `${place} ${hook.name}`.trim();
    this.hooks.set(name, hook);
    return name;
  }

  get name(): string {
    return this.#name ?? `(a ${this.kind} without a name)`;
  }

  get description(): string {
    return this.#description ?? "";
  }

  get isNamed(): boolean {
    return this.#name !== undefined;
  }

  /** What the module calls it, and says of it, counts where its options do not say. */
  declaredAs(name: string, description: string): void {
    this.#name = this.words.name ?? name;
    this.#description ??= description;
  }

  /** Runs of it, with what this submit says beside the arguments. */
  submit(overrides: Options, waitFor: WaitFor | undefined): Submit {
    return new Submit(this, overrides, waitFor, this.#cacheKey(overrides));
  }

  #cacheKey(overrides: Options): CacheKey | undefined {
    const key = this.words.cacheKeyFn;
    if (key === undefined || "cache_key" in overrides || "cache_policy" in overrides) {
      return undefined;
    }
    return (args) => key(this, args);
  }

  /** The argument that stands for one that is left out, as JSON; nothing if there has to be one. */
  defaultOf(type: Type<unknown, boolean>): string | undefined {
    if (type.fallback === undefined) {
      return undefined;
    }
    const text = encode(
      type.fallback.value,
      type.form.travels === "outcome" && type.fallback.value !== undefined,
    );
    return typeof text === "string" ? text : NULL;
  }
}

/** What the options of a submit say of the run, and of the runs that it waits for. */
export function taken(kind: Kind, overrides: Options, options: object): [Options, WaitFor | undefined] {
  const { waitFor, returnState: _, ...words } = options as { waitFor?: WaitFor; returnState?: boolean };
  return [{ ...overrides, ...submitOptions(kind, words) }, waitFor];
}

/** Holds arguments to the parameters that there are. */
function known(name: string, parameters: ReadonlyMap<string, unknown>, args: Arguments): void {
  const unknown = Object.keys(args).find((argument) => !parameters.has(argument));
  if (unknown !== undefined) {
    throw new TypeError(`${name} has no parameter '${unknown}'`);
  }
}

/** What calls of a flow or task come down to. */
export class Calls {
  constructor(
    readonly definition: Definition,
    readonly overrides: Options = {},
  ) {}

  one(args: Arguments = {}, options: object = {}): Future<unknown> {
    const { kind, name, parameters } = this.definition;
    known(name, parameters, args);
    return this.definition.submit(...taken(kind, this.overrides, options)).one(args);
  }

  many(args: Arguments, options: object = {}): FutureList<unknown> {
    const { kind, name, parameters } = this.definition;
    known(name, parameters, args);
    return this.definition.submit(...taken(kind, this.overrides, options)).many(args);
  }

  with(options: object): Calls {
    return new Calls(this.definition, taken(this.definition.kind, this.overrides, options)[0]);
  }

  /** Waits for the run; with `returnState`, for its state. */
  async call(args?: Arguments, options: { returnState?: boolean } = {}): Promise<unknown> {
    const future = this.one(args, options);
    if (options.returnState !== true) {
      return future.result();
    }
    await future.wait();
    return future.state;
  }
}
