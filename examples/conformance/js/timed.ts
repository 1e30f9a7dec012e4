// Time, chance, and async functions.

import { Failure, flow, sleep, task } from "wflow";

export const chance = task(() => Math.random());
export const chances = flow(async () => {
  const first = await chance();
  return first !== (await chance());
});

export const nap = task(
  { params: { milliseconds: "integer" }, returns: "integer" },
  async ({ milliseconds }) => {
    await sleep(milliseconds);
    return milliseconds;
  },
);

export const gathers = flow(async () => {
  const began = performance.now();
  await Promise.all([nap({ milliseconds: 500 }), nap({ milliseconds: 500 }), sleep("500ms")]);
  return performance.now() - began < 1400;
});

export const awaits = flow(async () => {
  const run = nap.submit({ milliseconds: 10 });
  return (await run.result()) + (await nap({ milliseconds: 5 }));
});

export const async_fail = task(async () => {
  throw new Failure("not now");
});

export const async_failure = flow(async () => {
  try {
    await async_fail();
  } catch (error) {
    return error instanceof Failure ? `${error.kind}: ${error.reason}` : String(error);
  }
  return "completed";
});

export const waits_for_ever = flow(async () => {
  await new Promise<never>(() => {});
});
