// `node:fs`, as far as flows and tasks need it: files in the folders that the operator grants.

import { getDirectories } from "wasi:filesystem/preopens@0.2.12";
import type { Descriptor, DescriptorFlags, DescriptorStat, OpenFlags } from "wasi:filesystem/types@0.2.12";

import { perInstance } from "./instance.js";
import { TextDecoder, TextEncoder } from "./text.js";

type Data = string | ArrayBufferView;
type Encoding = { encoding?: string | null; flag?: string } | string | null;

const CHUNK = 1 << 20;
/** Node's words for WASI's; the rest is told as it is. */
const CODES: Record<string, [code: string, text: string]> = {
  access: ["EACCES", "permission denied"],
  "not-permitted": ["EPERM", "operation not permitted"],
  "no-entry": ["ENOENT", "no such file or directory"],
  exist: ["EEXIST", "file already exists"],
  "is-directory": ["EISDIR", "illegal operation on a directory"],
  "not-directory": ["ENOTDIR", "not a directory"],
  "not-empty": ["ENOTEMPTY", "directory not empty"],
  "read-only": ["EROFS", "read-only file system"],
  quota: ["EDQUOT", "disk quota exceeded"],
};

const folders = perInstance(() =>
  getDirectories()
    .map(([folder, name]) => ({ folder, name: parts(name) }))
    .sort((one, other) => other.name.length - one.name.length),
);

function parts(path: string): string[] {
  const found: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") {
      found.pop();
    } else if (part !== "" && part !== ".") {
      found.push(part);
    }
  }
  return found;
}

/** The granted folder in which the path is, and where in it. */
function place(path: string): [Descriptor, string] {
  const whole = parts(String(path));
  const found = folders().find(({ name }) => name.every((part, index) => part === whole[index]));
  if (found === undefined) {
    throw Object.assign(new Error("no folder is granted"), { payload: "no-entry" });
  }
  return [found.folder, whole.slice(found.name.length).join("/") || "."];
}

/** What the call gives; what it fails with in Node's words. */
function called<T>(syscall: string, path: string, call: (folder: Descriptor, path: string) => T): T {
  try {
    return call(...place(path));
  } catch (error) {
    const { payload } = error as { payload?: string };
    if (typeof payload !== "string") {
      throw error;
    }
    const [code, text] = CODES[payload] ?? [`E${payload.replaceAll("-", "").toUpperCase()}`, payload];
    throw Object.assign(new Error(`${code}: ${text}, ${syscall} '${path}'`), { code, syscall, path });
  }
}

function opened<T>(path: string, open: OpenFlags, access: DescriptorFlags, use: (file: Descriptor) => T): T {
  return called("open", path, (folder, name) => {
    const file = folder.openAt({ symlinkFollow: true }, name, open, access);
    try {
      return use(file);
    } finally {
      file[Symbol.dispose]();
    }
  });
}

function read(file: Descriptor): Uint8Array {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const [chunk, isEnd] = file.read(CHUNK, size);
    chunks.push(chunk);
    size += chunk.length;
    if (isEnd || chunk.length === 0) {
      break;
    }
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function write(file: Descriptor, data: Data, start: number): void {
  const bytes =
    typeof data === "string"
      ? new TextEncoder().encode(data)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < bytes.length; ) {
    at += file.write(bytes.subarray(at, at + CHUNK), start + at);
  }
}

function encodingOf(options: Encoding | undefined): string | undefined {
  return (typeof options === "object" ? options?.encoding : options) ?? undefined;
}

export function readFileSync(path: string, options?: Encoding): Uint8Array | string {
  const bytes = opened(path, {}, { read: true }, read);
  const encoding = encodingOf(options);
  return encoding === undefined ? bytes : new TextDecoder(encoding).decode(bytes);
}

export function writeFileSync(path: string, data: Data, options?: Encoding): void {
  const flag = typeof options === "object" ? options?.flag : undefined;
  if (flag === "a") {
    appendFileSync(path, data);
    return;
  }
  const open = { create: true, truncate: true, exclusive: flag === "wx" };
  opened(path, open, { write: true }, (file) => write(file, data, 0));
}

export function appendFileSync(path: string, data: Data): void {
  opened(path, { create: true }, { write: true }, (file) => write(file, data, file.stat().size));
}

class Stats {
  readonly size: number;
  readonly mtimeMs: number;
  readonly #type: string;

  constructor({ type, size, dataModificationTimestamp: modified }: DescriptorStat) {
    this.#type = type;
    this.size = size;
    this.mtimeMs = modified === null ? 0 : modified.seconds * 1000 + modified.nanoseconds / 1e6;
  }

  get mtime(): Date {
    return new Date(this.mtimeMs);
  }

  isFile(): boolean {
    return this.#type === "regular-file";
  }

  isDirectory(): boolean {
    return this.#type === "directory";
  }

  isSymbolicLink(): boolean {
    return this.#type === "symbolic-link";
  }
}

export function statSync(path: string): Stats {
  return new Stats(called("stat", path, (folder, name) => folder.statAt({ symlinkFollow: true }, name)));
}

export function existsSync(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}

export function readdirSync(path: string): string[] {
  return opened(path, { directory: true }, { read: true }, (folder) => {
    const entries = folder.readDirectory();
    const names: string[] = [];
    try {
      for (let entry = entries.readDirectoryEntry(); entry !== null; entry = entries.readDirectoryEntry()) {
        names.push(entry.name);
      }
    } finally {
      entries[Symbol.dispose]();
    }
    return names.sort();
  });
}

export function mkdirSync(path: string, options: { recursive?: boolean } = {}): void {
  const make = (path: string) => called("mkdir", path, (folder, name) => folder.createDirectoryAt(name));
  if (options.recursive !== true) {
    make(path);
    return;
  }
  const all = parts(path);
  for (let count = 1; count <= all.length; count += 1) {
    const part = all.slice(0, count).join("/");
    if (!existsSync(part)) {
      make(part);
    }
  }
}

export function unlinkSync(path: string): void {
  called("unlink", path, (folder, name) => folder.unlinkFileAt(name));
}

export function rmdirSync(path: string): void {
  called("rmdir", path, (folder, name) => folder.removeDirectoryAt(name));
}

export function rmSync(path: string, options: { recursive?: boolean; force?: boolean } = {}): void {
  if (options.force === true && !existsSync(path)) {
    return;
  }
  if (!statSync(path).isDirectory()) {
    unlinkSync(path);
    return;
  }
  if (options.recursive === true) {
    for (const name of readdirSync(path)) {
      rmSync(`${path}/${name}`, options);
    }
  }
  rmdirSync(path);
}

export function renameSync(from: string, to: string): void {
  const [folder, name] = place(to);
  called("rename", from, (source, path) => source.renameAt(path, folder, name));
}

export default {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
};
