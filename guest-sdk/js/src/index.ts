// Write wflow flows and tasks in JavaScript or TypeScript.
//
//     import { flow, task } from "wflow";
//
//     const double = task({ params: { n: "integer" }, retries: 2, timeout: "10s" }, ({ n }) => 2 * n);
//
//     export const redoubled = flow({ params: { n: "integer" } }, async ({ n }) => {
//       const once = double.submit({ n });      // returns at once
//       return await double({ n: once });       // the host hands the first result over
//     });

export type { Duration, Size } from "./amounts.js";
export * as artifacts from "./artifacts.js";
export * as cachePolicies from "./cache-policies.js";
export { CachePolicy } from "./cache-policies.js";
export { type Flow, flow, type Task, task } from "./declare.js";
export type { Described, EndedRun } from "./definition.js";
export { Failure, type FailureKind, TimeoutError } from "./failure.js";
export { allowFailure, asCompleted, Future, FutureList, unmapped, wait } from "./future.js";
export { Secret, secret, variable } from "./granted.js";
export { getRunLogger, type RunLogger } from "./log.js";
export { exponentialBackoff, type Limits } from "./options.js";
export { pause, pauseForInput } from "./pause.js";
export * as remote from "./remote.js";
export { sleep } from "./sleep.js";
export { State, type StateType } from "./state.js";
export { t } from "./t.js";
export { type TaskRunner, threadPool } from "./task-runners.js";
export type { Infer, Type } from "./types.js";
