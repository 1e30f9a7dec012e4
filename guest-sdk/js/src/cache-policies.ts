// What task runs must have in common to share a result, by Prefect's names.

/** A sum of parts, each of which runs must have in common. */
export class CachePolicy {
  readonly #parts: readonly string[];

  constructor(...parts: string[]) {
    this.#parts = [...new Set(parts)];
  }

  /** Both this and the other one. */
  and(other: CachePolicy): CachePolicy {
    return new CachePolicy(...this.#parts, ...other.#parts);
  }

  /** Without this argument. */
  without(parameter: string): CachePolicy {
    return new CachePolicy(...this.#parts, `-${parameter}`);
  }

  /** As the contract has it. */
  words(): string[] {
    return [...this.#parts];
  }

  toString(): string {
    return this.#parts.join(" + ") || "NO_CACHE";
  }
}

/** The arguments, whatever other run they come from. */
export const INPUTS = new CachePolicy("inputs");
/** The component: its code, and that of whatever is built with it. */
export const TASK_SOURCE = new CachePolicy("task-source");
/** The arguments of the flow run that the run belongs to. */
export const FLOW_PARAMETERS = new CachePolicy("flow-parameters");
/** The flow run itself. */
export const RUN_ID = new CachePolicy("run-id");
/** Nothing is shared. */
export const NO_CACHE = new CachePolicy();
/** What Prefect does where nothing is said. wflow shares nothing there. */
export const DEFAULT = INPUTS.and(TASK_SOURCE).and(RUN_ID);
