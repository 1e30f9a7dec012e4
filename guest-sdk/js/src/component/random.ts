// Random numbers: the engine's own would be the same in every instance.

import { getRandomBytes } from "wasi:random/random@0.2.12";

import { perInstance } from "./instance.js";

// Asked when it is first needed, as a pure task may not ask at all.
const state = perInstance(() => new Uint32Array(bytes(16).buffer));

function bytes(count: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(getRandomBytes(count));
}

/** 32 random bits, by the generator sfc32. */
function bits(): number {
  const s = state() as unknown as [number, number, number, number];
  const sum = (s[0] + s[1] + s[3]) >>> 0;
  s[3] += 1;
  s[0] = s[1] ^ (s[1] >>> 9);
  s[1] = s[2] + (s[2] << 3);
  s[2] = ((s[2] << 21) | (s[2] >>> 11)) + sum;
  return sum;
}

/** As `Math.random`. */
export function random(): number {
  return ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) / 2 ** 53;
}

export const crypto = {
  getRandomValues<A extends ArrayBufferView>(array: A): A {
    const view = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    view.set(bytes(view.length));
    return array;
  },
  randomUUID(): string {
    const random = bytes(16);
    random[6] = ((random[6] ?? 0) & 0x0f) | 0x40;
    random[8] = ((random[8] ?? 0) & 0x3f) | 0x80;
    const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  },
};
