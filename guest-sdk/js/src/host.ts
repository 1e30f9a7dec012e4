// What the SDK asks of whoever runs it: the contract's `runner`, in the SDK's words.

import type { FailureKind } from "./failure.js";

/** JSON text, or bytes that travel as they are. */
export type Value = string | Uint8Array;
export type Kind = "flow" | "task";
export type Level = "debug" | "info" | "warning" | "error";
export type ArtifactKind = "markdown" | "table" | "link" | "progress" | "image";
/** Options as the contract spells them. */
export type Options = Record<string, unknown>;

/** A run that was submitted. */
export interface Run {
  id(): string;
  name(): string;
  /** In the contract's spelling, such as `timed-out`. */
  state(): string;
  /** Blocks until the run has ended; throws a `Failure` if it did not complete. */
  result(): Value;
  cancel(): void;
}

/** Where an argument comes from. */
export type Input = { value: Value } | { resultOf: Run } | { resultsOf: Run[] } | { outcomeOf: Run };

/** One argument of a new run. */
export interface Argument {
  name: string;
  input: Input;
}

/** A run that a new one waits for without taking its result. */
export interface Dependency {
  run: Run;
  allowFailure: boolean;
}

/** The contract's `runner`. What fails throws a `Failure`; times are in milliseconds. */
export interface Host {
  submit(kind: Kind, name: string, args: Argument[], waitFor: Dependency[], options: Options): Run;
  submitMany(task: string, runs: Argument[][], waitFor: Dependency[], options: Options): Run[];
  /** The indices of those that have ended, as soon as there is one or the time is up. */
  waitAny(runs: Run[], timeout: number | undefined): ArrayLike<number>;
  pause(prompt: string, schema: string, timeout: number | undefined): string;
  createArtifact(kind: ArtifactKind, key: string, description: string, data: Value): void;
  log(level: Level, message: string): void;
  variable(name: string): string;
  secret(name: string): string;
}

/** What the host says of a failure. */
export interface HostFailure {
  kind: FailureKind;
  message: string;
}

let current: Host | undefined;

/** The host of this instance. */
export function host(): Host {
  if (current === undefined) {
    throw new Error("flows and tasks run in wflow: start them with `wflow run`");
  }
  return current;
}

/** Says who the host is, which the component does as it starts. */
export function setHost(host: Host): void {
  current = host;
}
