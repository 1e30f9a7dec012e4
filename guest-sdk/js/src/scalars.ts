// The types that have short names: what JSON knows, and what is written in it.

import { expected, Mismatch, type Named, type Schema, Type } from "./types.js";

/** Values that JSON has as they are. */
export function simple<T>(schema: Schema, what: string, is: (json: unknown) => json is T): Type<T> {
  const decode = (json: unknown) => {
    if (is(json)) {
      return json;
    }
    throw expected(what, json);
  };
  return new Type({ schema: () => schema, decode });
}

const any = new Type<Named["any"]>({ schema: () => ({}), decode: (json) => json });
const nothing = simple({ type: "null" }, "null", (json) => json === null);
const boolean = simple({ type: "boolean" }, "true or false", (json) => typeof json === "boolean");
const string = simple({ type: "string" }, "a string", (json) => typeof json === "string");
const number = simple({ type: "number" }, "a number", (json) => typeof json === "number");
const integer = simple(
  { type: "integer" },
  "a whole number below 2^53 (`t.bigint` takes larger ones)",
  (json): json is number => Number.isSafeInteger(json),
);

const bigint = new Type<bigint>({
  schema: () => ({ type: "integer" }),
  decode(json) {
    if (typeof json === "bigint" || Number.isSafeInteger(json)) {
      return BigInt(json as number);
    }
    throw expected("a whole number", json);
  },
  exact: true,
});

const date = new Type<Date>({
  schema: () => ({ type: "string", format: "date-time" }),
  decode(json) {
    const date = new Date(typeof json === "string" ? json : Number.NaN);
    if (Number.isNaN(date.getTime())) {
      throw expected("a date and time", json);
    }
    return date;
  },
});

const bytes = new Type<Uint8Array>({
  schema: () => ({ type: "string", format: "binary" }),
  decode() {
    throw new Mismatch("bytes travel as a whole argument or result, not inside of another value");
  },
  travels: "bytes",
});

/** What the short names stand for. */
export const NAMED: { [N in keyof Named]: Type<Named[N]> } = {
  any,
  null: nothing,
  boolean,
  string,
  integer,
  number,
  bigint,
  bytes,
  date,
};
