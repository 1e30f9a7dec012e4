// Times and sizes: numbers, or texts with a unit.

export type DurationUnit = "ms" | "s" | "m" | "h";
/** Milliseconds, or a text such as `"500ms"`, `"1.5s"` or `"10m"`. */
export type Duration = number | `${number}${DurationUnit}`;
export type SizeUnit = "B" | "KiB" | "MiB" | "GiB" | "KB" | "MB" | "GB";
/** Bytes, or a text such as `"64MiB"`. */
export type Size = number | `${number}${SizeUnit}`;

const DURATIONS: Record<DurationUnit, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const SIZES: Record<SizeUnit, number> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
};

function amount(value: unknown, units: Record<string, number>): number | undefined {
  if (typeof value === "number") {
    return value;
  }
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(String(value)) ?? [];
  const factor = unit === undefined || !Object.hasOwn(units, unit) ? undefined : units[unit];
  return factor === undefined ? undefined : Number(number) * factor;
}

/** Whole milliseconds, rounded up: sooner would be too soon. */
export function milliseconds(word: string, value: unknown): number {
  const time = amount(value, DURATIONS);
  if (time === undefined || !(time >= 0 && time <= Number.MAX_SAFE_INTEGER)) {
    throw new TypeError(`${word} is a number of milliseconds or a text such as "500ms", not ${shown(value)}`);
  }
  return Math.ceil(time);
}

/** Whole bytes. */
export function bytes(word: string, value: unknown): number {
  const size = amount(value, SIZES);
  if (size === undefined || !(size >= 0 && size <= Number.MAX_SAFE_INTEGER)) {
    throw new TypeError(`${word} is a number of bytes or a text such as "64MiB", not ${shown(value)}`);
  }
  return Math.floor(size);
}

/** A value in a message. */
export function shown(value: unknown): string {
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
    return String(value).slice(0, 60);
  }
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
