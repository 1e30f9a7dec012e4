// Runs that do nothing, and runs that sleep at the same time: what each language costs.

import { flow, sleep, task } from "wflow";

export const noop = task({ params: { index: "integer" }, returns: "integer" }, ({ index }) => index);

export const sleeper = task({ params: { seconds: "number" } }, ({ seconds }) => sleep(1000 * seconds));

/** Prints a line, and runs nothing. */
export const hello = flow({}, () => console.log("hello"));

/** Submits runs one by one, and takes all of their results. */
export const noops = flow(
  { params: { count: "integer" }, returns: "integer", taskRunner: "thread-pool" },
  async ({ count }) => {
    const runs = Array.from({ length: count }, (_, index) => noop.submit({ index }));
    let sum = 0;
    for (const run of runs) {
      sum += await run.result();
    }
    return sum;
  },
);

export const sleepers = flow(
  { params: { count: "integer", seconds: "number" } },
  async ({ count, seconds }) => {
    await sleeper.map({ seconds: Array(count).fill(seconds) }).result();
  },
);
