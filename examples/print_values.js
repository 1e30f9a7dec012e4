// Two task runs that print at the same time.

import { flow, sleep, task } from "wflow";

/** Prints each value after half a second, and a carriage return. */
export const print_values = task({ params: { values: "string[]" } }, async ({ values }) => {
  for (const value of values) {
    await sleep("500ms");
    process.stdout.write(`${value}\r`);
  }
});

/** Prints two lists at once. */
export const my_flow = flow({ taskRunner: "concurrent" }, () => {
  print_values.submit({ values: Array(15).fill("AAAA") });
  print_values.submit({ values: Array(10).fill("BBBB") });
});
