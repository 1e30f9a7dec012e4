// Lines for the run's log.

import { format } from "./format.js";
import { host } from "./host.js";

/** Writes to the run's log; takes what `console.log` takes. */
export interface RunLogger {
  debug(...words: unknown[]): void;
  info(...words: unknown[]): void;
  warning(...words: unknown[]): void;
  error(...words: unknown[]): void;
}

const logger: RunLogger = {
  debug: (...words) => host().log("debug", format(words)),
  info: (...words) => host().log("info", format(words)),
  warning: (...words) => host().log("warning", format(words)),
  error: (...words) => host().log("error", format(words)),
};

/** The logger of the run that calls it. */
export function getRunLogger(): RunLogger {
  return logger;
}
