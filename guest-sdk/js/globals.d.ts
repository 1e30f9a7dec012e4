// What there is in a component beside the language itself: `"types": ["wflow/globals"]` in a tsconfig.json.

interface Console {
  /** To stdout, as are `info`, `debug`, `dir` and `table`. */
  log(...words: unknown[]): void;
  info(...words: unknown[]): void;
  debug(...words: unknown[]): void;
  dir(...words: unknown[]): void;
  table(...words: unknown[]): void;
  /** To stderr, as are `warn`, `trace` and `assert`. */
  error(...words: unknown[]): void;
  warn(...words: unknown[]): void;
  trace(...words: unknown[]): void;
  assert(holds: unknown, ...words: unknown[]): void;
}
declare var console: Console;

declare function setTimeout<A extends unknown[]>(
  act: (...args: A) => void,
  delay?: number,
  ...args: A
): number;
declare function setInterval<A extends unknown[]>(
  act: (...args: A) => void,
  delay?: number,
  ...args: A
): number;
declare function setImmediate<A extends unknown[]>(act: (...args: A) => void, ...args: A): number;
declare function clearTimeout(timer: number | undefined): void;
declare function clearInterval(timer: number | undefined): void;
declare function clearImmediate(timer: number | undefined): void;
declare function queueMicrotask(act: () => void): void;
declare function structuredClone<T>(value: T): T;
declare function atob(text: string): string;
declare function btoa(text: string): string;

declare var performance: { now(): number };
declare var crypto: {
  getRandomValues<A extends ArrayBufferView>(array: A): A;
  randomUUID(): string;
};

declare class TextEncoder {
  readonly encoding: "utf-8";
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(encoding?: "utf-8" | "utf8", options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: "utf-8";
  decode(bytes?: ArrayBuffer | ArrayBufferView): string;
}

interface Output {
  /** Writes it as it is, without the end of a line. */
  write(text: string | Uint8Array): boolean;
}
interface Process {
  /** What the operator grants with `--env NAME=VALUE`. */
  readonly env: Record<string, string | undefined>;
  readonly platform: "wasi";
  readonly stdout: Output;
  readonly stderr: Output;
  cwd(): string;
  /** Ends the attempt, which has crashed then: a flow or task is to return. */
  exit(code?: number): never;
  nextTick<A extends unknown[]>(act: (...args: A) => void, ...args: A): void;
}
declare var process: Process;

declare module "node:process" {
  export default process;
}

declare module "node:fs" {
  type Data = string | ArrayBufferView;
  export interface Stats {
    readonly size: number;
    readonly mtimeMs: number;
    readonly mtime: Date;
    isFile(): boolean;
    isDirectory(): boolean;
    isSymbolicLink(): boolean;
  }
  export interface RemoveOptions {
    recursive?: boolean;
    force?: boolean;
  }
  export function readFileSync(path: string): Uint8Array;
  export function readFileSync(
    path: string,
    encoding: "utf8" | "utf-8" | { encoding: "utf8" | "utf-8" },
  ): string;
  export function writeFileSync(path: string, data: Data, options?: { flag?: "w" | "wx" | "a" }): void;
  export function appendFileSync(path: string, data: Data): void;
  export function existsSync(path: string): boolean;
  export function statSync(path: string): Stats;
  export function readdirSync(path: string): string[];
  export function mkdirSync(path: string, options?: { recursive?: boolean }): void;
  export function renameSync(from: string, to: string): void;
  export function unlinkSync(path: string): void;
  export function rmdirSync(path: string): void;
  export function rmSync(path: string, options?: RemoveOptions): void;
}

declare module "node:fs/promises" {
  import type { RemoveOptions, Stats } from "node:fs";

  type Data = string | ArrayBufferView;
  export function readFile(path: string): Promise<Uint8Array>;
  export function readFile(
    path: string,
    encoding: "utf8" | "utf-8" | { encoding: "utf8" | "utf-8" },
  ): Promise<string>;
  export function writeFile(path: string, data: Data, options?: { flag?: "w" | "wx" | "a" }): Promise<void>;
  export function appendFile(path: string, data: Data): Promise<void>;
  export function stat(path: string): Promise<Stats>;
  export function readdir(path: string): Promise<string[]>;
  export function mkdir(path: string, options?: { recursive?: boolean }): Promise<void>;
  export function rename(from: string, to: string): Promise<void>;
  export function unlink(path: string): Promise<void>;
  export function rmdir(path: string): Promise<void>;
  export function rm(path: string, options?: RemoveOptions): Promise<void>;
}
