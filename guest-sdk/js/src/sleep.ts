// Waiting for the time.

import { type Duration, milliseconds } from "./amounts.js";
import { startTimer } from "./loop.js";

/** Waits so long: milliseconds, or a text such as `"1.5s"`. Whatever else is awaited goes on. */
export function sleep(duration: Duration): Promise<void> {
  return new Promise((resolve) => {
    startTimer(resolve, milliseconds("a time", duration));
  });
}
