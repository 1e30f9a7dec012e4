// Runs a flow or task, and what belongs to it, in the instance that was made for this.

import type { Definition, EndedRun } from "./definition.js";
import { Failure, isFailureKind } from "./failure.js";
import type { Value } from "./host.js";
import { drive } from "./loop.js";
import { State } from "./state.js";
import { Mismatch, type Type } from "./types.js";
import { decode, encode, RESULT } from "./values.js";

/** A run that has ended, as the host tells of it. */
export interface Told extends EndedRun {
  flow?: string;
  task?: string;
  state: string;
  message: string;
}

/** Calls the function, and gives what it returned. */
export function call(definition: Definition, values: Value[]): Value {
  const types = [...definition.parameters];
  const entries = types.map(([name, type], index) => [name, argument(name, type, values[index] ?? "null")]);
  const returned = awaited(definition.fn(Object.fromEntries(entries)));
  const isFuture = typeof returned === "object" && returned !== null && RESULT in returned;
  return encode(isFuture ? (returned[RESULT] as () => unknown).call(returned) : returned);
}

function argument(name: string, type: Type<unknown, boolean>, value: Value): unknown {
  const { fallback } = type;
  if (
    fallback !== undefined &&
    value === "null" &&
    (fallback.value === undefined || type.form.travels === "bytes")
  ) {
    return fallback.value;
  }
  try {
    return decode(type, value);
  } catch (error) {
    throw error instanceof Mismatch
      ? new Failure(`'${name}': ${error.message}`, { retryable: false })
      : error;
  }
}

/** What it becomes, when all that is to be done until then is done. */
function awaited(returned: unknown): unknown {
  return drive(Promise.resolve(returned));
}

/** Whether what was thrown is worth another attempt. */
export function isRetryable(definition: Definition, error: unknown): boolean {
  if (error instanceof Failure && !error.retryable) {
    return false;
  }
  const condition = definition.words.retryConditionFn;
  if (condition === undefined) {
    return true;
  }
  return Boolean(awaited(condition(definition, undefined, new State("failed", () => Promise.reject(error)))));
}

/** Calls a hook for a run that has ended. */
export function callHook(definition: Definition, name: string, told: Told): void {
  const hook = definition.hooks.get(name);
  if (hook === undefined) {
    throw new Failure(`${definition.name} has no hook '${name}'`, { retryable: false });
  }
  awaited(hook(definition, told, stateOf(told)));
}

/** Whether an attempt that crashed or timed out is worth another one. */
export function retryIf(definition: Definition, told: Told): boolean {
  const condition = definition.words.retryConditionFn;
  if (condition === undefined) {
    throw new Failure(`${definition.name} has no condition for another attempt`, { retryable: false });
  }
  return Boolean(awaited(condition(definition, told, stateOf(told))));
}

/** The state in which a run ended; its result is not told, but the failure is. */
function stateOf({ state, message }: Told): State {
  return new State(state, async () => {
    if (isFailureKind(state)) {
      throw new Failure(message, { kind: state });
    }
  });
}
