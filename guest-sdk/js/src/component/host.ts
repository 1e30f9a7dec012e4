// The host as a component sees it: calls the contract's functions.

import * as runner from "wflow:plugin/runner@0.1.0";

import { type Failure, failureOfHost } from "../failure.js";
import type { Argument, Dependency, Host, HostFailure, Options, Run, Value } from "../host.js";

export function lower(value: Value): runner.Value {
  return typeof value === "string" ? { tag: "json", val: value } : { tag: "bytes", val: value };
}

export function lift(value: runner.Value): Value {
  return value.val;
}

/** What a call gives; what it fails with as a `Failure`. */
function called<T>(call: () => T, runName?: () => string): T {
  try {
    return call();
  } catch (error) {
    throw failure(error, runName);
  }
}

function failure(error: unknown, runName?: () => string): Failure {
  const told = (error as { payload?: HostFailure }).payload;
  if (told === undefined) {
    throw error;
  }
  return failureOfHost(told.kind, told.message, runName?.());
}

/** A handle on a run. */
class ComponentRun implements Run {
  constructor(readonly future: runner.RunFuture) {}

  id(): string {
    return this.future.id();
  }

  name(): string {
    return this.future.name();
  }

  state(): string {
    return this.future.state();
  }

  result(): Value {
    return lift(
      called(
        () => this.future.result(),
        () => this.name(),
      ),
    );
  }

  cancel(): void {
    this.future.cancel();
  }
}

const handle = (run: Run): runner.RunFuture => (run as ComponentRun).future;

function lowerArguments(args: Argument[]): runner.Argument[] {
  return args.map(({ name, input }) => ({ name, input: lowerInput(input) }));
}

function lowerInput(input: Argument["input"]): runner.Input {
  if ("value" in input) {
    return { tag: "value", val: lower(input.value) };
  }
  if ("resultOf" in input) {
    return { tag: "result-of", val: handle(input.resultOf) };
  }
  if ("resultsOf" in input) {
    return { tag: "results-of", val: input.resultsOf.map(handle) };
  }
  return { tag: "outcome-of", val: handle(input.outcomeOf) };
}

function lowerDependencies(waitFor: Dependency[]): runner.Dependency[] {
  return waitFor.map(({ run, allowFailure }) => ({ run: handle(run), allowFailure }));
}

function lowerOptions(options: Options): string {
  return Object.keys(options).length > 0 ? JSON.stringify(options) : "";
}

export const componentHost: Host = {
  submit(kind, name, args, waitFor, options) {
    const submit = kind === "task" ? runner.submit : runner.startFlow;
    return new ComponentRun(
      submit(name, lowerArguments(args), lowerDependencies(waitFor), lowerOptions(options)),
    );
  },
  submitMany(task, runs, waitFor, options) {
    const rows = runs.map(lowerArguments);
    const futures = runner.submitMany(task, rows, lowerDependencies(waitFor), lowerOptions(options));
    return futures.map((future) => new ComponentRun(future));
  },
  waitAny: (runs, timeout) => runner.waitAny(runs.map(handle), timeout ?? null),
  pause: (prompt, schema, timeout) => called(() => runner.pause(prompt, schema, timeout ?? null)),
  createArtifact(kind, key, description, data) {
    called(() => runner.createArtifact({ kind, key, description, data: lower(data) }));
  },
  log: (level, message) => runner.log(level, message),
  variable: (name) => called(() => runner.variable(name)),
  secret: (name) => called(() => runner.secret(name)),
};
