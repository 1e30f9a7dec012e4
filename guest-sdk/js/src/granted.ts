// What the operator granted by name: variables and secrets.

import { Failure } from "./failure.js";
import { host } from "./host.js";

/**
 * A variable, which the operator grants with `--var NAME=JSON`.
 *
 * One that is not granted is a `Failure` of kind `denied`, unless there is a default.
 */
export function variable<T = any>(name: string, ...defaults: [T?]): T {
  try {
    return JSON.parse(host().variable(name)) as T;
  } catch (error) {
    if (defaults.length > 0 && error instanceof Failure && error.kind === "denied") {
      return defaults[0] as T;
    }
    throw error;
  }
}

/**
 * A secret, which the operator grants with `--secret NAME=env:VAR` (or `file:`, or `cmd:`).
 *
 * One that is not granted is a `Failure` of kind `denied`.
 */
export function secret(name: string): Secret {
  return new Secret(host().secret(name));
}

/**
 * Text that shows itself to nobody: only `get` gives it away.
 *
 * It is no parameter and no result either: a run that needs it reads it itself.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret's text. */
  get(): string {
    return this.#text;
  }

  toString(): string {
    return "********";
  }

  toJSON(): never {
    throw new TypeError("a secret does not travel: a run that needs it reads it itself");
  }
}
