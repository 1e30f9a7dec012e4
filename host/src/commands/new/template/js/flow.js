// Counts the letters of a text: a flow and two tasks to start from.
//
// `wflow run .` runs the flow, `wflow run . -p text="lorem ipsum"` gives it another text, and
// `wflow inspect .` shows what there is to run.

import { Failure, flow, t, task } from "wflow";

/**
 * Counts the letters of a word.
 *
 * Every run has a WebAssembly instance of its own. An attempt that throws is followed by up to two more;
 * `-p text="catch 22"` shows it.
 */
export const count = task(
  { params: { word: "string" }, returns: "integer", retries: 2, retryDelay: "200ms" },
  ({ word }) => {
    const letters = word.match(/\p{Letter}/gu)?.length ?? 0;
    if (letters === 0) {
      throw new Failure(`'${word}' has no letters`);
    }
    return letters;
  },
);

/** Adds two numbers. */
export const add = task({ params: { a: "integer", b: "integer" }, returns: "integer" }, ({ a, b }) => a + b);

/** Counts the letters of a text, one task run for each word. */
export const letters = flow(
  {
    // A parameter with a default may be left out.
    params: { text: t.string.default("The quick brown fox jumps over the lazy dog") },
    returns: "integer",
  },
  async ({ text }) => {
    // `map` submits one run for each word. It returns at once, with a list of futures.
    const counts = count.map({ word: text.split(/\s+/) });

    // `submit` submits one run. It takes futures where the task takes values: the run starts when
    // both numbers are there, and they go from run to run without passing through the flow.
    let total = add.submit({ a: 0, b: 0 });
    for (const one of counts) {
      total = add.submit({ a: total, b: one });
    }

    // `result` waits. If a run has failed, it throws that, and so the flow fails, too.
    return await total.result();
  },
);
