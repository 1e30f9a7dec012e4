// The clock that never goes back.

declare const performance: { now(): number };

/** Milliseconds since some time. A pure task may not ask. */
export function now(): number {
  return performance.now();
}
