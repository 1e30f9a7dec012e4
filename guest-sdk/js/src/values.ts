// What passes between runs: JavaScript's values as JSON or bytes, to and fro.

import { Failure } from "./failure.js";
import type { Value } from "./host.js";
import { Mismatch, type Type } from "./types.js";

/** Has a number written in full; engines have it that can read one in full. */
interface ExactJson {
  rawJSON(text: string): unknown;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
}

const EXACT = JSON as unknown as ExactJson;

/** A value that stands for another one once a run has ended, such as a future. */
export const RESULT: unique symbol = Symbol("wflow.result");

/** The value as it travels; with `outcome`, for a parameter that takes outcomes. */
export function encode(value: unknown, outcome = false): Value {
  if (outcome) {
    return json(value instanceof Failure ? { failed: value } : { completed: value ?? null });
  }
  return binary(value) ?? json(value);
}

function binary(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) {
    return value;
  }
  if (value instanceof ArrayBuffer) {
    return new Uint8Array(value);
  }
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : undefined;
}

function json(value: unknown): string {
  // Whatever JSON knows not at all is nothing.
  return JSON.stringify(value ?? null, (_, part) => plain(part));
}

/** The value in what JSON can write; what it would lose silently is a `TypeError`. */
function plain(value: unknown): unknown {
  switch (typeof value) {
    case "number":
      if (!Number.isFinite(value)) {
        throw new TypeError(`JSON cannot hold ${value}`);
      }
      return value;
    case "bigint":
      return EXACT.rawJSON(String(value));
    case "function":
    case "symbol":
      throw new TypeError(`JSON cannot hold a ${typeof value}`);
    case "object":
      return value === null ? null : plainObject(value);
    default:
      return value;
  }
}

function plainObject(value: object): unknown {
  if (value instanceof Map) {
    return Object.fromEntries(value as Map<string, unknown>);
  }
  if (value instanceof Set) {
    return [...value];
  }
  if (RESULT in value) {
    return plain((value[RESULT] as () => unknown).call(value));
  }
  if (binary(value) !== undefined) {
    throw new TypeError("bytes travel as a whole argument or result, not inside of another value");
  }
  if (value instanceof Promise) {
    throw new TypeError("a promise does not travel; await it first");
  }
  if (value instanceof Error) {
    throw new TypeError("JSON cannot hold an Error; use its message");
  }
  return value;
}

/** What travelled, as a value of the type; without one, as it came. */
export function decode<T>(type: Type<T, boolean> | undefined, value: Value): T {
  if (typeof value !== "string") {
    if (type !== undefined && type.form.travels !== "bytes" && !takesAnything(type)) {
      throw new Failure("expected JSON, not bytes", { retryable: false });
    }
    return value as T;
  }
  const json = parse(value, type?.form.exact === true);
  if (type === undefined) {
    return json as T;
  }
  if (type.form.travels === "bytes" && json !== null) {
    throw new Failure("expected bytes, not JSON", { retryable: false });
  }
  return type.form.decode(json);
}

function takesAnything(type: Type<unknown, boolean>): boolean {
  return Object.keys(type.form.schema({})).length === 0;
}

function parse(text: string, exact: boolean): unknown {
  // The slow way is for numbers that a double does not hold.
  if (!exact || !/\d{16}/.test(text)) {
    return JSON.parse(text);
  }
  return EXACT.parse(text, (_, value, { source }) => {
    const isUnsafe = typeof value === "number" && !Number.isSafeInteger(value);
    return isUnsafe && source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}

/** A result, or a `Failure` that says what does not fit. */
export function decodeResult<T>(type: Type<T, boolean> | undefined, value: Value): T {
  try {
    return decode(type, value);
  } catch (error) {
    throw error instanceof Mismatch ? new Failure(error.message, { retryable: false }) : error;
  }
}
