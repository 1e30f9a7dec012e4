// What a run prints.

import { getStderr } from "wasi:cli/stderr@0.2.12";
import { getStdout } from "wasi:cli/stdout@0.2.12";
import type { OutputStream } from "wasi:io/streams@0.2.12";

import { format } from "../format.js";
import { perInstance } from "./instance.js";
import { TextEncoder } from "./text.js";

/** WASI takes no more at once. */
const CHUNK = 4096;

const encoder = new TextEncoder();

/** Writes text as it is. */
export interface Output {
  write(text: string | Uint8Array): boolean;
}

function output(open: () => OutputStream): Output {
  const stream = perInstance(open);
  return {
    write(text) {
      const bytes = typeof text === "string" ? encoder.encode(text) : text;
      try {
        for (let at = 0; at < bytes.length; at += CHUNK) {
          stream().blockingWriteAndFlush(bytes.subarray(at, at + CHUNK));
        }
        return true;
      } catch (error) {
        // Nobody listens any more, which is no reason for a run to fail.
        if ((error as { payload?: { tag?: string } }).payload?.tag === "closed") {
          return false;
        }
        throw error;
      }
    },
  };
}

export const stdout = output(getStdout);
export const stderr = output(getStderr);

const print =
  (to: Output) =>
  (...words: unknown[]): void => {
    to.write(`${format(words)}\n`);
  };

export const console = {
  log: print(stdout),
  info: print(stdout),
  debug: print(stdout),
  dir: print(stdout),
  table: print(stdout),
  warn: print(stderr),
  error: print(stderr),
  trace: print(stderr),
  assert(holds: unknown, ...words: unknown[]): void {
    if (!holds) {
      console.error("Assertion failed:", ...words);
    }
  },
};
