// How a flow's task runs are executed, by Prefect's names: `flow({ taskRunner: threadPool({ maxWorkers: 2 }) }, …)`.

import { shown } from "./amounts.js";
import type { Options } from "./host.js";

export type RunnerName = "sequential" | "concurrent" | "thread-pool";

/** A runner with settings; where there are none, its name will do. */
export interface TaskRunner {
  readonly name: RunnerName;
  readonly maxWorkers?: number;
}

const NAMES: readonly string[] = ["sequential", "concurrent", "thread-pool"] satisfies RunnerName[];

/** Several worker threads, by default as many as there are cores. */
export function threadPool(options: { maxWorkers?: number } = {}): TaskRunner {
  return { name: "thread-pool", ...options };
}

/** As the contract has it. */
export function runnerOptions(runner: RunnerName | TaskRunner): Options {
  const { name, maxWorkers } = typeof runner === "string" ? { name: runner, maxWorkers: undefined } : runner;
  if (!NAMES.includes(name)) {
    throw new TypeError(`a task runner is "sequential", "concurrent" or "thread-pool", not ${shown(name)}`);
  }
  if (maxWorkers === undefined) {
    return { runner: name };
  }
  if (!Number.isSafeInteger(maxWorkers) || maxWorkers < 1) {
    throw new TypeError(`maxWorkers is a number of threads, not ${shown(maxWorkers)}`);
  }
  return { runner: name, max_workers: maxWorkers };
}
