// Why a run did not complete.

/** How a run ended that did not complete, in the host's words. */
export type FailureKind =
  | "failed"
  | "crashed"
  | "timed-out"
  | "cancelled"
  | "upstream-failed"
  | "denied"
  | "invalid-input";

const ENDED: Record<FailureKind, string> = {
  failed: "failed",
  crashed: "crashed",
  "timed-out": "timed out",
  cancelled: "was cancelled",
  "upstream-failed": "did not start",
  denied: "was denied something",
  "invalid-input": "was refused",
};

export interface FailureOptions {
  /** May another attempt end differently? It may where nothing is said. */
  retryable?: boolean;
  kind?: FailureKind;
  runName?: string | undefined;
  cause?: unknown;
}

/**
 * How another run ended that did not complete, or why this one does not.
 *
 * `throw new Failure("…")` is tried again while retries are left, as whatever is thrown;
 * `throw new Failure("…", { retryable: false })` is not. Its message stands without a stack.
 */
export class Failure extends Error {
  override readonly name = "Failure";
  /** What happened, without the name of the run that it happened to. */
  readonly reason: string;
  readonly retryable: boolean;
  /** How the run ended: the host's word for another run, `failed` for a failure made here. */
  readonly kind: FailureKind;
  /** The run that ended so, if it was another one. */
  readonly runName: string | undefined;

  constructor(reason: string, options: FailureOptions = {}) {
    const { retryable = true, kind = "failed", runName, cause } = options;
    super(
      runName === undefined ? reason : `run ${runName} ${ENDED[kind]}: ${reason}`,
      cause === undefined ? undefined : { cause },
    );
    this.reason = reason;
    this.retryable = retryable;
    this.kind = kind;
    this.runName = runName;
  }

  toJSON(): { kind: FailureKind; message: string } {
    return { kind: this.kind, message: this.reason };
  }
}

/** The time was up before the runs had ended. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** What the host says of a run, or of what it does not do for this one. */
export function failureOfHost(kind: FailureKind, reason: string, runName?: string): Failure {
  // The same would be refused again.
  const retryable = kind !== "denied" && kind !== "invalid-input";
  return new Failure(reason, { retryable, kind, runName });
}

/** Whether the state is that of a run which did not complete. */
export function isFailureKind(state: string): state is FailureKind {
  return Object.hasOwn(ENDED, state);
}
