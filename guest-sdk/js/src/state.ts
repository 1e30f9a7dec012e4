// Where a run stands: a type and a name, as Prefect has them.

export type StateType =
  | "SCHEDULED"
  | "PENDING"
  | "RUNNING"
  | "PAUSED"
  | "CANCELLING"
  | "COMPLETED"
  | "FAILED"
  | "CRASHED"
  | "CANCELLED";

/** By the contract's spelling. */
const TYPES: Record<string, [StateType, string]> = {
  pending: ["PENDING", "Pending"],
  running: ["RUNNING", "Running"],
  paused: ["PAUSED", "Paused"],
  "awaiting-retry": ["SCHEDULED", "AwaitingRetry"],
  cancelling: ["CANCELLING", "Cancelling"],
  completed: ["COMPLETED", "Completed"],
  cached: ["COMPLETED", "Cached"],
  failed: ["FAILED", "Failed"],
  "timed-out": ["FAILED", "TimedOut"],
  "upstream-failed": ["FAILED", "UpstreamFailed"],
  denied: ["FAILED", "Denied"],
  "invalid-input": ["FAILED", "InvalidInput"],
  crashed: ["CRASHED", "Crashed"],
  cancelled: ["CANCELLED", "Cancelled"],
};

const FINAL: readonly StateType[] = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"];

/** Where a run stood when it was asked. */
export class State<R = unknown> {
  readonly type: StateType;
  readonly name: string;
  readonly #result: () => Promise<R>;

  constructor(spelling: string, result: () => Promise<R>) {
    [this.type, this.name] = TYPES[spelling] ?? ["PENDING", spelling];
    this.#result = result;
  }

  /** What the run returned, when it has ended; rejects with the `Failure` of one that did not complete. */
  result(): Promise<R> {
    return this.#result();
  }

  /** Why the run did not complete; nothing if it did. */
  async failure(): Promise<Error | undefined> {
    try {
      await this.#result();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  isScheduled(): boolean {
    return this.type === "SCHEDULED";
  }

  isPending(): boolean {
    return this.type === "PENDING";
  }

  isRunning(): boolean {
    return this.type === "RUNNING";
  }

  isPaused(): boolean {
    return this.type === "PAUSED";
  }

  isCancelling(): boolean {
    return this.type === "CANCELLING";
  }

  isCompleted(): boolean {
    return this.type === "COMPLETED";
  }

  isFailed(): boolean {
    return this.type === "FAILED";
  }

  isCrashed(): boolean {
    return this.type === "CRASHED";
  }

  isCancelled(): boolean {
    return this.type === "CANCELLED";
  }

  /** Whether the run has ended. */
  isFinal(): boolean {
    return FINAL.includes(this.type);
  }

  toString(): string {
    return `${this.name}(type=${this.type})`;
  }
}
