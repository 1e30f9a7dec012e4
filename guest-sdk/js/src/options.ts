// Options in Prefect's words, turned into those of the contract.

import { bytes, type Duration, milliseconds, type Size, shown } from "./amounts.js";
import { CachePolicy } from "./cache-policies.js";
import type { Kind, Options } from "./host.js";
import { type RunnerName, runnerOptions, type TaskRunner } from "./task-runners.js";

/** One time before every retry, or one for each of them; the last one stands for those that follow. */
export type RetryDelay = Duration | readonly Duration[];

/** What each attempt may use at most. */
export interface Limits {
  memory?: Size;
  output?: Size;
  result?: Size;
  arguments?: Size;
  httpResponse?: Size;
  wallTime?: Duration;
  cpuTime?: Duration;
  outputLines?: number;
  tableElements?: number;
  instances?: number;
  submits?: number;
  depth?: number;
  openFiles?: number;
  artifacts?: number;
}

/** What may be said of a flow or task, and of one submit as well. */
export interface RunOptions {
  retries?: number;
  retryDelay?: RetryDelay;
  /** What each further delay is multiplied with. */
  retryBackoff?: number;
  /** How much longer a delay may be, at random. */
  retryJitterFactor?: number;
  /** How long one attempt may take; of a flow, its runs included. */
  timeout?: Duration;
  tags?: readonly string[];
  /** Whether lines that a run prints go to its log. */
  logPrints?: boolean;
  limits?: Limits;
}

export interface TaskRunOptions extends RunOptions {
  /** The runs' name, with arguments in the places of `{parameters}`. */
  taskRunName?: string;
  /** Ready runs of a higher priority start first. */
  priority?: number;
  /** What runs must have in common to share a result. */
  cachePolicy?: CachePolicy;
  /** A text that they must have in common instead. */
  cacheKey?: string;
  cacheExpiration?: Duration;
  /** Whether to execute although there may be a result. */
  refreshCache?: boolean;
  cacheIsolation?: "read-committed" | "serializable";
}

export interface FlowRunOptions extends RunOptions {
  flowRunName?: string;
  taskRunner?: RunnerName | TaskRunner;
}

type Convert = (word: string, value: unknown) => unknown;
type Word = readonly [option: string, convert: Convert];

/** Delays for `retryDelay` that double from retry to retry. */
export function exponentialBackoff(first: Duration, retries: number): number[] {
  const start = milliseconds("a delay", first);
  return Array.from({ length: retries }, (_, retry) => start * 2 ** retry);
}

function is(type: "number" | "string" | "boolean", what: string): Convert {
  return (word, value) => {
    if (typeof value !== type) {
      throw new TypeError(`${word} is ${what}, not ${shown(value)}`);
    }
    return value;
  };
}

function whole(word: string, value: unknown): number {
  if (!Number.isSafeInteger(value)) {
    throw new TypeError(`${word} is a whole number, not ${shown(value)}`);
  }
  return value as number;
}

function texts(word: string, value: unknown): string[] {
  if (!Array.isArray(value) || !value.every((text) => typeof text === "string")) {
    throw new TypeError(`${word} is a list of texts, not ${shown(value)}`);
  }
  return value;
}

function policy(word: string, value: unknown): string[] {
  if (!(value instanceof CachePolicy)) {
    throw new TypeError(`${word} is made of INPUTS, TASK_SOURCE and the like, not ${shown(value)}`);
  }
  return value.words();
}

function delays(word: string, value: unknown): number | number[] {
  return Array.isArray(value) ? value.map((one) => milliseconds(word, one)) : milliseconds(word, value);
}

const number = is("number", "a number");
const text = is("string", "a text");
const flag = is("boolean", "true or false");

const LIMITS: Record<keyof Limits, Convert> = {
  memory: bytes,
  output: bytes,
  result: bytes,
  arguments: bytes,
  httpResponse: bytes,
  wallTime: milliseconds,
  cpuTime: milliseconds,
  outputLines: whole,
  tableElements: whole,
  instances: whole,
  submits: whole,
  depth: whole,
  openFiles: whole,
  artifacts: whole,
};

function limits(_: string, value: unknown): Options {
  const converted = Object.entries(value as Limits).map(([name, amount]) => {
    if (!Object.hasOwn(LIMITS, name)) {
      throw new TypeError(`there is no limit '${name}'; there are: ${Object.keys(LIMITS).join(", ")}`);
    }
    return [snake(name), LIMITS[name as keyof Limits](`the limit '${name}'`, amount)];
  });
  return Object.fromEntries(converted) as Options;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const COMMON: Record<string, Word> = {
  retries: ["retries", whole],
  retryDelay: ["retry_delay_ms", delays],
  retryBackoff: ["retry_backoff", number],
  retryJitterFactor: ["retry_jitter", number],
  timeout: ["timeout_ms", milliseconds],
  tags: ["tags", texts],
  logPrints: ["log_prints", flag],
  limits: ["limits", limits],
  needs: ["needs", texts],
};

const OF: Record<Kind, Record<string, Word>> = {
  task: {
    ...COMMON,
    taskRunName: ["run_name", text],
    priority: ["priority", whole],
    maxConcurrency: ["max_concurrency", whole],
    cachePolicy: ["cache_policy", policy],
    cacheKey: ["cache_key", text],
    cacheExpiration: ["cache_expiration_ms", milliseconds],
    refreshCache: ["refresh_cache", flag],
    cacheIsolation: ["cache_isolation", text],
    pure: ["pure", flag],
  },
  flow: { ...COMMON, flowRunName: ["run_name", text] },
};

/** What only the code can say: it belongs to the function, not to one of its runs. */
const OF_THE_CODE = [
  "name",
  "description",
  "params",
  "returns",
  "retryConditionFn",
  "cacheKeyFn",
  "maxConcurrency",
  "pure",
  "needs",
  "onCompletion",
  "onFailure",
  "onCrashed",
  "onCancellation",
];

/** What the contract calls the options; those that are `undefined` are left out. */
export function contractOptions(kind: Kind, words: object): Options {
  const options: Options = {};
  for (const [word, value] of Object.entries(words) as [string, unknown][]) {
    if (value === undefined) {
      continue;
    }
    if (word === "taskRunner" && kind === "flow") {
      Object.assign(options, runnerOptions(value as RunnerName));
      continue;
    }
    if (!Object.hasOwn(OF[kind], word)) {
      throw new TypeError(`there is no option '${word}' of a ${kind}; ${known(kind)}`);
    }
    const [option, convert] = OF[kind][word] as Word;
    options[option] = convert(word, value);
  }
  return options;
}

function known(kind: Kind): string {
  const ofTasks = ["cacheKeyFn", "maxConcurrency", "pure"];
  const ofTheCode = OF_THE_CODE.filter((word) => kind === "task" || !ofTasks.includes(word));
  const words = new Set([...Object.keys(OF[kind]), ...ofTheCode, ...(kind === "flow" ? ["taskRunner"] : [])]);
  return `there are: ${[...words].sort().join(", ")}`;
}

/** The options of a submit, which has no say in what only the code can say. */
export function submitOptions(kind: Kind, words: object): Options {
  const unfit = OF_THE_CODE.find((word) => Object.hasOwn(words, word));
  if (unfit !== undefined) {
    throw new TypeError(`'${unfit}' is for ${kind}() to say, not for one of its runs`);
  }
  return contractOptions(kind, words);
}
