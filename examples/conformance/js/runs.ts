// Many runs, and flows in flows.

import { asCompleted, flow, task, unmapped, wait } from "wflow";

import { fail, outcome } from "./ends.js";
import { doze, increment } from "./futures.js";

export const add = task({ params: { a: "integer", b: "integer" }, returns: "integer" }, ({ a, b }) => a + b);

export const mapped = flow(() => add.map({ a: [1, 2, 3], b: unmapped(10) }).result());

export const mapped_futures = flow(() =>
  increment.map({ number: increment.map({ number: [1, 2, 3] }) }).result(),
);

export const completed_in_order = flow(async () => {
  const results: number[] = [];
  for await (const run of asCompleted(doze.map({ milliseconds: [900, 450, 0] }))) {
    results.push(await run.result());
  }
  return results;
});

export const waited = flow(async () => {
  const runs = doze.map({ milliseconds: [0, 0, 3_600_000] });
  const { done, notDone } = await wait(runs, { timeout: "1s" });
  for (const run of notDone) {
    run.cancel();
  }
  return [done.length, notDone.length];
});

export const unawaited = flow(() => {
  doze.submit({ milliseconds: 50 });
});

export const by_name = flow(() => add({ b: 1, a: 2 }));

export const doubled = flow({ params: { number: "integer" }, returns: "integer" }, ({ number }) =>
  add({ a: number, b: number }),
);

export const subflow = flow(() => doubled({ number: 21 }));

export const subflow_future = flow(() => increment({ number: doubled.submit({ number: 20 }) }));

export const broken = flow(() => fail());

export const failing_subflow = flow(() => outcome(broken.submit()));
