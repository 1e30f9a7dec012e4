// What JavaScript expects to be there, and the engine does not bring.

import { startTimer, stopTimer } from "../loop.js";
import { enqueue, LoopPromise } from "../promise.js";
import { console } from "./output.js";
import process from "./process.js";
import { crypto, random } from "./random.js";
import { TextDecoder, TextEncoder } from "./text.js";

type Callback = (...args: unknown[]) => void;

function timer(repeat: boolean) {
  return (act: Callback, delay: unknown = 0, ...args: unknown[]): number =>
    startTimer(() => act(...args), Number(delay), repeat);
}

const stop = (timer: unknown): void => stopTimer(Number(timer));

/** A copy of what JSON holds, and of lists, maps, sets, dates and bytes. */
function structuredClone(value: unknown, copies = new Map<unknown, unknown>()): unknown {
  if (typeof value === "function" || typeof value === "symbol") {
    throw new TypeError(`a ${typeof value} cannot be cloned`);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (copies.has(value)) {
    return copies.get(value);
  }
  if (value instanceof Date) {
    return new Date(value);
  }
  if (value instanceof ArrayBuffer) {
    return value.slice(0);
  }
  if (ArrayBuffer.isView(value)) {
    return (value as Uint8Array).slice();
  }
  const copy: object = Array.isArray(value)
    ? []
    : value instanceof Map
      ? new Map()
      : value instanceof Set
        ? new Set()
        : {};
  copies.set(value, copy);
  const clone = (part: unknown) => structuredClone(part, copies);
  if (value instanceof Map) {
    for (const [key, item] of value) {
      (copy as Map<unknown, unknown>).set(clone(key), clone(item));
    }
  } else if (value instanceof Set) {
    for (const item of value) {
      (copy as Set<unknown>).add(clone(item));
    }
  } else {
    for (const [key, item] of Object.entries(value)) {
      (copy as Record<string, unknown>)[key] = clone(item);
    }
  }
  return copy;
}

/** As the engine's own, which would wait for its own promises. */
async function fromAsync(
  items: Iterable<unknown> | AsyncIterable<unknown>,
  map = (item: unknown, _: number) => item,
) {
  const list: unknown[] = [];
  for await (const item of items) {
    list.push(await map(item, list.length));
  }
  return list;
}

const GLOBALS = {
  Promise: LoopPromise,
  TextDecoder,
  TextEncoder,
  clearImmediate: stop,
  clearInterval: stop,
  clearTimeout: stop,
  console,
  crypto,
  global: globalThis,
  process,
  queueMicrotask: enqueue,
  setImmediate: (act: Callback, ...args: unknown[]): number => timer(false)(act, 0, ...args),
  setInterval: timer(true),
  setTimeout: timer(false),
  structuredClone: (value: unknown): unknown => structuredClone(value),
};

for (const [name, value] of Object.entries(GLOBALS)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
Object.defineProperty(LoopPromise, "name", { value: "Promise" });
Object.defineProperty(Array, "fromAsync", { value: fromAsync, configurable: true, writable: true });
Math.random = random;
// Those of the SDK are left out of what is told.
(Error as unknown as { stackTraceLimit: number }).stackTraceLimit = 50;
