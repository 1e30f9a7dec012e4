// What is cached, what is pure, and what the operator grants.

import { readFileSync } from "node:fs";

import { cachePolicies, flow, pauseForInput, remote, secret, t, task, variable } from "wflow";

import { outcome } from "./ends.js";

async function kindOf(run: Parameters<typeof outcome>[0]): Promise<string | undefined> {
  return (await outcome(run)).split(":")[0];
}

export const costly = task(
  { params: { number: "integer" }, cachePolicy: cachePolicies.INPUTS },
  ({ number }) => number * number,
);

export const cached = flow(async () => [await costly({ number: 7 }), await costly({ number: 7 })]);

export const pure_square = task(
  { params: { number: "integer" }, pure: true },
  ({ number }) => number * number,
);
export const pure = flow(async () => [await pure_square({ number: 7 }), await pure_square({ number: 7 })]);

export const impure_task = task({ pure: true }, () => Date.now());
export const impure = flow(() => kindOf(impure_task.submit()));

export const reads_variable = task(() => variable("greeting"));
export const granted_variable = flow(() => reads_variable());
export const denied_variable = flow(() => kindOf(reads_variable.submit()));

export const reads_secret = task(() => {
  console.log(secret("token").get());
  return secret("token").get().length;
});
export const granted_secret = flow(() => reads_secret());

export const reads_environment = task(() => process.env["STAGE"]);
export const environment = flow(() => reads_environment());

export const reads_file = task(() => readFileSync("data/text", "utf8"));
export const granted_file = flow(() => reads_file());
export const denied_file = flow(() => kindOf(reads_file.submit()));

export const another_component = flow(() => kindOf(remote.task("nowhere/nothing").submit({ number: 1 })));

const Approval = t.object({ approved: "boolean" });
export const unanswered = flow(() => pauseForInput(Approval, "Publish?", { timeout: "100ms" }).approved);
