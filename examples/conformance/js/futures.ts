// Futures as arguments.

import { allowFailure, Failure, flow, t, task } from "wflow";

import { fail, outcome } from "./ends.js";

export const increment = task(
  { params: { number: "integer" }, returns: "integer" },
  ({ number }) => number + 1,
);

export const total = task({ params: { numbers: "integer[]" }, returns: "integer" }, ({ numbers }) =>
  numbers.reduce((sum, number) => sum + number, 0),
);

export const future_as_argument = flow(() =>
  increment.submit({ number: increment.submit({ number: 1 }) }).result(),
);

export const list_of_futures = flow(() =>
  total({ numbers: [0, 1, 2, 3].map((number) => increment.submit({ number })) }),
);

export const chain = flow({ params: { length: "integer" } }, ({ length }) => {
  let run = increment.submit({ number: 0 });
  for (let count = 1; count < length; count += 1) {
    run = increment.submit({ number: run });
  }
  // A run that is returned stands for its result.
  return run;
});

// What calls itself has to say what it returns.
export const nested_sum = task({ params: { depth: "integer" } }, async ({ depth }): Promise<number> => {
  if (depth === 0) {
    return 1;
  }
  const below = { depth: depth - 1 };
  return total({ numbers: [nested_sum.submit(below), nested_sum.submit(below)] });
});

export const nested = flow({ params: { depth: "integer" } }, ({ depth }) => nested_sum({ depth }));

export const doze = task(
  { params: { milliseconds: "integer" }, returns: "integer" },
  async ({ milliseconds }) => {
    await new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
    return milliseconds;
  },
);

export const waits_for_another = flow(() => {
  const first = doze.submit({ milliseconds: 100 });
  return increment({ number: 1 }, { waitFor: [first] });
});

export const told = task({ params: { run: t.outcome("integer") } }, ({ run }) =>
  run instanceof Failure ? `${run.kind}: ${run.message}` : `completed with ${run}`,
);

export const allowed = flow({ params: { fails: "boolean" } }, ({ fails }) => {
  const run = fails ? fail.submit() : increment.submit({ number: 1 });
  return told({ run: allowFailure(run) });
});

export const upstream = flow(async () => {
  const [kind] = (await outcome(increment.submit({ number: fail.submit() }))).split(":");
  return kind;
});
