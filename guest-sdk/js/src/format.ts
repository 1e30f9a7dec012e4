// Values as text, for people: what `console.log` and the log show.

import { told } from "./explain.js";

const DEEPEST = 4;
const MOST = 100;
const WIDEST = 72;

/** The words in one line: texts as they are, `%s` and the like in the first one replaced. */
export function format(words: readonly unknown[]): string {
  const [first, ...rest] = words;
  const left = [...rest];
  const start =
    typeof first === "string"
      ? first.replace(/%[sdifjoO%]/g, (mark) => {
          if (mark === "%%") {
            return "%";
          }
          return left.length > 0 ? replaced(mark, left.shift()) : mark;
        })
      : first;
  return (words.length > 0 ? [start, ...left] : []).map((word) => text(word)).join(" ");
}

function replaced(mark: string, word: unknown): string {
  switch (mark) {
    case "%d":
      return String(typeof word === "bigint" ? word : Number(word));
    case "%i":
      return String(typeof word === "bigint" ? word : Math.trunc(Number(word)));
    case "%f":
      return String(Number(word));
    case "%j":
      return JSON.stringify(word) ?? "undefined";
    case "%s":
      return text(word);
    default:
      return inspect(word);
  }
}

function text(word: unknown): string {
  return typeof word === "string" ? word : inspect(word);
}

/** A value as code would write it. */
export function inspect(value: unknown, above: readonly object[] = []): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "function":
      return value.name === "" ? "[Function (anonymous)]" : `[Function: ${value.name}]`;
    case "object":
      return value === null ? "null" : inspectObject(value, above);
    default:
      return Object.is(value, -0) ? "-0" : String(value);
  }
}

function inspectObject(value: object, above: readonly object[]): string {
  if (above.includes(value)) {
    return "[Circular]";
  }
  if (value instanceof Error) {
    return told(value);
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  }
  if (value instanceof RegExp || (hasOwnText(value) && !Array.isArray(value))) {
    return String(value);
  }
  const name = nameOf(value);
  if (above.length >= DEEPEST) {
    return Array.isArray(value) ? "[Array]" : `[${name || "Object"}]`;
  }
  const inside = [...above, value];
  const one = (item: unknown) => inspect(item, inside);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const list = value as ArrayLike<unknown> & object;
    const told = `${Array.isArray(value) ? "" : `${name}(${list.length}) `}`;
    return told + enclosed("[", Array.prototype.slice.call(list, 0, MOST).map(one), "]", list.length);
  }
  if (value instanceof Map) {
    const entries = [...value].slice(0, MOST).map(([key, item]) => `${one(key)} => ${one(item)}`);
    return `Map(${value.size}) ${enclosed("{", entries, "}", value.size)}`;
  }
  if (value instanceof Set) {
    return `Set(${value.size}) ${enclosed("{", [...value].slice(0, MOST).map(one), "}", value.size)}`;
  }
  const all = Object.entries(value);
  const fields = all.slice(0, MOST).map(([key, item]) => `${keyOf(key)}: ${one(item)}`);
  return `${name === "" ? "" : `${name} `}${enclosed("{", fields, "}", all.length)}`;
}

/** Whether its class says how it looks. */
function hasOwnText(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  const isOfClass = prototype !== null && prototype !== Object.prototype && !ArrayBuffer.isView(value);
  return isOfClass && Object.hasOwn(prototype as object, "toString");
}

/** The name of its class; none of a plain object or a list. */
function nameOf(value: object): string {
  const name = (value as { constructor?: { name?: string } }).constructor?.name ?? "";
  return ["Object", "Array"].includes(name) ? "" : name;
}

function keyOf(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

function enclosed(open: string, told: string[], close: string, count: number): string {
  const items = count > told.length ? [...told, `... ${count - told.length} more`] : told;
  if (items.length === 0) {
    return open + close;
  }
  const line = `${open} ${items.join(", ")} ${close}`;
  if (line.length <= WIDEST && !line.includes("\n")) {
    return line;
  }
  return `${open}\n  ${items.join(",\n").replaceAll("\n", "\n  ")}\n${close}`;
}
