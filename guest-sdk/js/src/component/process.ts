// `process`, as far as a component has one; also what `node:process` gives.

import { getEnvironment } from "wasi:cli/environment@0.2.12";
import { exit as leave } from "wasi:cli/exit@0.2.12";

import { enqueue } from "../promise.js";
import { perInstance } from "./instance.js";
import { stderr, stdout } from "./output.js";

const environment = perInstance((): Record<string, string> => Object.fromEntries(getEnvironment()));

const process = {
  /** What the operator grants with `--env NAME=VALUE`. */
  get env(): Record<string, string | undefined> {
    return environment();
  },
  argv: [] as string[],
  platform: "wasi",
  stdout,
  stderr,
  cwd: (): string => "/",
  /** Ends the attempt, which has crashed then: it is to return. */
  exit: (code = 0): never => leave({ tag: code === 0 ? "ok" : "err" }),
  nextTick(act: (...args: unknown[]) => void, ...args: unknown[]): void {
    enqueue(() => act(...args));
  },
};

export default process;
