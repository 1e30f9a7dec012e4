// What the engine makes of the contract and of WASI (`wit/`), as far as the SDK uses it.

declare module "wflow:plugin/runner@0.1.0" {
  export type Value = { tag: "json"; val: string } | { tag: "bytes"; val: Uint8Array };
  export interface Failure {
    kind: import("../failure.js").FailureKind;
    message: string;
  }
  export interface RunFuture {
    id(): string;
    name(): string;
    state(): string;
    result(): Value;
    cancel(): void;
  }
  export type Input =
    | { tag: "value"; val: Value }
    | { tag: "result-of"; val: RunFuture }
    | { tag: "results-of"; val: RunFuture[] }
    | { tag: "outcome-of"; val: RunFuture };
  export interface Argument {
    name: string;
    input: Input;
  }
  export interface Dependency {
    run: RunFuture;
    allowFailure: boolean;
  }
  export interface Artifact {
    kind: import("../host.js").ArtifactKind;
    key: string;
    description: string;
    data: Value;
  }
  export function submit(task: string, args: Argument[], waitFor: Dependency[], options: string): RunFuture;
  export function submitMany(
    task: string,
    runs: Argument[][],
    waitFor: Dependency[],
    options: string,
  ): RunFuture[];
  export function startFlow(
    flow: string,
    args: Argument[],
    waitFor: Dependency[],
    options: string,
  ): RunFuture;
  export function waitAny(runs: RunFuture[], timeout: number | null): ArrayLike<number>;
  export function pause(prompt: string, schema: string, timeout: number | null): string;
  export function createArtifact(artifact: Artifact): void;
  export function log(level: import("../host.js").Level, message: string): void;
  export function variable(name: string): string;
  export function secret(name: string): string;
}

declare module "wasi:cli/environment@0.2.12" {
  export function getEnvironment(): [string, string][];
}

declare module "wasi:cli/exit@0.2.12" {
  export function exit(status: { tag: "ok" } | { tag: "err" }): never;
}

declare module "wasi:io/streams@0.2.12" {
  export interface OutputStream {
    blockingWriteAndFlush(contents: Uint8Array): void;
  }
}

declare module "wasi:cli/stdout@0.2.12" {
  export function getStdout(): import("wasi:io/streams@0.2.12").OutputStream;
}

declare module "wasi:cli/stderr@0.2.12" {
  export function getStderr(): import("wasi:io/streams@0.2.12").OutputStream;
}

declare module "wasi:random/random@0.2.12" {
  export function getRandomBytes(count: number): Uint8Array;
}

declare module "wasi:filesystem/types@0.2.12" {
  export type DescriptorType = "directory" | "regular-file" | "symbolic-link" | "unknown";
  export interface DescriptorStat {
    type: DescriptorType;
    size: number;
    dataModificationTimestamp: { seconds: number; nanoseconds: number } | null;
  }
  export interface DirectoryEntryStream {
    readDirectoryEntry(): { type: DescriptorType; name: string } | null;
    [Symbol.dispose](): void;
  }
  export interface PathFlags {
    symlinkFollow?: boolean;
  }
  export interface OpenFlags {
    create?: boolean;
    directory?: boolean;
    exclusive?: boolean;
    truncate?: boolean;
  }
  export interface DescriptorFlags {
    read?: boolean;
    write?: boolean;
    mutateDirectory?: boolean;
  }
  export interface Descriptor {
    read(length: number, offset: number): [Uint8Array, boolean];
    write(buffer: Uint8Array, offset: number): number;
    readDirectory(): DirectoryEntryStream;
    createDirectoryAt(path: string): void;
    stat(): DescriptorStat;
    statAt(flags: PathFlags, path: string): DescriptorStat;
    openAt(flags: PathFlags, path: string, open: OpenFlags, access: DescriptorFlags): Descriptor;
    removeDirectoryAt(path: string): void;
    renameAt(path: string, folder: Descriptor, to: string): void;
    unlinkFileAt(path: string): void;
    [Symbol.dispose](): void;
  }
}

declare module "wasi:filesystem/preopens@0.2.12" {
  export function getDirectories(): [import("wasi:filesystem/types@0.2.12").Descriptor, string][];
}
