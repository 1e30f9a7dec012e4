// Questions that a flow asks before it goes on.

import { milliseconds } from "./amounts.js";
import { Failure } from "./failure.js";
import type { WaitOptions } from "./future.js";
import { host } from "./host.js";
import { schemaOf } from "./schema.js";
import { typeOf } from "./t.js";
import type { Infer, TypeLike } from "./types.js";
import { decodeResult } from "./values.js";

/**
 * Pauses the flow until somebody says to go on. The prompt tells people what it waits for.
 *
 * Fails with a `Failure` of kind `timed-out` when the time is up, of kind `denied` in a task.
 */
export function pause(prompt = "", options: WaitOptions = {}): void {
  ask(prompt, "", options);
}

/**
 * Pauses the flow until somebody answers with such a value: `t.object({ approved: t.boolean })`, for instance.
 *
 * Whoever answers is told its JSON Schema; what does not fit is refused, and the flow waits on. Runs that were
 * submitted go on meanwhile, but the flow's own code does not.
 */
export function pauseForInput<const S extends TypeLike>(
  like: S,
  prompt = "",
  options: WaitOptions = {},
): Infer<S> {
  const type = typeOf(like);
  const answer = ask(prompt, schemaOf(type) || "{}", options);
  try {
    return decodeResult(type, answer);
  } catch (error) {
    throw new Failure(`the answer: ${(error as Error).message}`, { retryable: false, cause: error });
  }
}

function ask(prompt: string, schema: string, { timeout }: WaitOptions): string {
  return host().pause(prompt, schema, timeout === undefined ? undefined : milliseconds("timeout", timeout));
}
