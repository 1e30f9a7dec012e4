// How runs end that do not complete.

import { appendFileSync, readFileSync } from "node:fs";

import { type Described, type EndedRun, Failure, type Future, flow, type State, task } from "wflow";

import { doze } from "./futures.js";

/** The kind and the first words of a failure. */
export async function outcome(run: Future<unknown>): Promise<string> {
  try {
    return `completed with ${await run.result()}`;
  } catch (error) {
    if (error instanceof Failure) {
      return `${error.kind}: ${error.reason.split("\n")[0]}`;
    }
    throw error;
  }
}

async function kindOf(run: Future<unknown>): Promise<string | undefined> {
  return (await outcome(run)).split(":")[0];
}

export const fail = task({ returns: "integer" }, (): number => {
  throw new Failure("no such luck");
});

export const fails = flow(() => fail());
export const catches = flow(() => outcome(fail.submit()));

class ZeroDivisionError extends Error {}

export const divides = task({ params: { by: "integer" } }, ({ by }) => {
  if (by === 0) {
    throw new ZeroDivisionError("division by zero");
  }
  return 1 / by;
});

export const errors = flow(() => divides({ by: 0 }));

export const stubborn = task({ retries: 2 }, () => {
  throw new Failure("again");
});

export const retried = flow(() => stubborn());

export const hopeless = task({ retries: 2 }, () => {
  throw new Failure("never", { retryable: false });
});

export const permanent = flow(() => hopeless());

async function isBusy(_task: Described, _run: EndedRun | undefined, state: State): Promise<boolean> {
  return (await state.failure())?.message === "busy";
}

export const picky = task(
  { params: { message: "string" }, retries: 2, retryConditionFn: isBusy },
  ({ message }) => {
    throw new Failure(message);
  },
);

export const conditional = flow({ params: { message: "string" } }, ({ message }) => picky({ message }));

export const lucky = flow(() => lucky_task.withOptions({ retries: 3, retryDelay: "10ms" }).submit().result());

export const lucky_task = task(() => {
  appendFileSync("state/attempts", "x");
  const count = readFileSync("state/attempts", "utf8").length;
  if (count < 3) {
    throw new Failure(`attempt ${count}`);
  }
  return `attempt ${count}`;
});

export const endless = task({ timeout: "200ms" }, () => {
  for (;;) {
    // It never gets anywhere.
  }
});

export const times_out = flow(() => outcome(endless.submit()));

export const crash = task(() => {
  process.exit(1);
});

export const crashes = flow(() => kindOf(crash.submit()));

export const cancels = flow(() => {
  const run = doze.submit({ milliseconds: 3_600_000 });
  run.cancel();
  return kindOf(run);
});

export const hoard = task({ limits: { memory: "64MiB" } }, () => new Uint8Array(256 << 20).length);
export const beyond_limit = flow(() => hoard());

export const needy = task({ needs: ["secret nothing"] }, () => {});
export const lacks = flow(() => outcome(needy.submit()));
