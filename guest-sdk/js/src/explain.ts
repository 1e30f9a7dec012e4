// What becomes of a failed attempt's error: a message, with the places in the code that its author wrote.

import { Failure } from "./failure.js";
import { inspect } from "./format.js";
import { placeOf } from "./places.js";

/** The host says which limit it was, unless it grants memory again: to look for the place would need some. */
const OUT_OF_MEMORY = "InternalError: out of memory";

/** The error and where it came from; of a failure, its message alone. */
export function explain(error: unknown): string {
  if (error instanceof Failure) {
    // The run that failed has told the rest.
    return error.runName === undefined ? error.message : (error.message.split("\n", 1)[0] ?? "");
  }
  return told(error);
}

/** Of any error, a failure too, all that there is to say. */
export function told(error: unknown, seen = new Set<unknown>()): string {
  seen.add(error);
  if (!(error instanceof Error)) {
    return `${inspect(error)} was thrown`;
  }
  const summary = `${nameOf(error)}: ${error.message}`;
  if (summary === OUT_OF_MEMORY) {
    return summary;
  }
  const lines = [summary, ...frames(error.stack ?? "")];
  const parts = error instanceof AggregateError ? error.errors.map((one) => ["of which", one] as const) : [];
  const causes = error.cause === undefined ? [] : [["caused by", error.cause] as const];
  for (const [how, other] of [...parts, ...causes]) {
    if (!seen.has(other)) {
      lines.push(`${how} ${other instanceof Failure ? explain(other) : told(other, seen)}`);
    }
  }
  return lines.join("\n");
}

/** Classes of errors rarely say their name. */
function nameOf(error: Error): string {
  return error.name === "Error" ? error.constructor.name : error.name;
}

function frames(stack: string): string[] {
  return stack.split("\n").flatMap((line) => {
    const [, name, number, column] = /^\s*at (.*?) ?\(?[^()]*:(\d+):(\d+)\)?$/.exec(line) ?? [];
    const place = number === undefined ? undefined : placeOf(Number(number), Number(column));
    if (place === undefined) {
      return [];
    }
    // What runs a module has the module's name.
    const isNamed = name !== undefined && name !== "" && !name.includes("<") && !place.startsWith(`${name}:`);
    return isNamed ? [`  at ${name} (${place})`] : [`  at ${place}`];
  });
}
