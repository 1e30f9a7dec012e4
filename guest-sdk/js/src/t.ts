// `t` makes types: `t.array(t.integer)`, `t.object({ name: t.string })` and so on.

import { Failure, isFailureKind } from "./failure.js";
import { NAMED, simple } from "./scalars.js";
import {
  type Definitions,
  expected,
  type Fields,
  type Filled,
  type Form,
  type Infer,
  Mismatch,
  type Named,
  type Outcome,
  type Schema,
  Type,
  type TypeLike,
} from "./types.js";

type Json = Record<string, unknown>;
type Literal = string | number | boolean | null;

function isObject(json: unknown): json is Json {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** The type that a short name stands for, or the type itself. */
export function typeOf<S extends TypeLike>(like: S): Type<Infer<S>, boolean> {
  if (like instanceof Type) {
    return like as Type<Infer<S>, boolean>;
  }
  const name = String(like);
  const one = name.endsWith("[]") ? name.slice(0, -2) : name;
  if (!Object.hasOwn(NAMED, one)) {
    throw new TypeError(`there is no type '${name}'; there are: ${Object.keys(NAMED).join(", ")}, and \`t\``);
  }
  const type = NAMED[one as keyof Named] as Type<unknown>;
  return (one === name ? type : array(type)) as Type<Infer<S>>;
}

/** A type that is part of another one. */
function part<S extends TypeLike>(like: S): Type<Infer<S>, boolean> {
  const type = typeOf(like);
  if (type.form.travels !== undefined) {
    throw new TypeError("bytes and outcomes are a whole parameter or result, not part of another type");
  }
  return type;
}

/** Says where in a value something does not fit. */
function at<T>(place: string | number, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw error instanceof Mismatch ? new Mismatch(`${place}: ${error.message}`) : error;
  }
}

function isExact(types: Type<unknown, boolean>[]): boolean {
  return types.some((type) => type.form.exact === true);
}

function array<S extends TypeLike>(items: S): Type<Infer<S>[]> {
  const item = part(items);
  return new Type<Infer<S>[]>({
    schema: (named) => ({ type: "array", items: item.schema(named) }),
    decode(json) {
      if (!Array.isArray(json)) {
        throw expected("a list", json);
      }
      return json.map((one, index) => at(index, () => item.form.decode(one)));
    },
    exact: isExact([item]),
  });
}

function tuple<const S extends readonly TypeLike[]>(...likes: S) {
  const items: Type<unknown, boolean>[] = likes.map(part);
  const count = items.length;
  return new Type<{ -readonly [K in keyof S]: Infer<S[K]> }>({
    schema: (named) => {
      const prefixItems = items.map((item) => item.schema(named));
      return { type: "array", prefixItems, minItems: count, maxItems: count };
    },
    decode(json) {
      if (!Array.isArray(json) || json.length !== count) {
        throw expected(`a list of ${count}`, json);
      }
      return items.map((item, index) => at(index, () => item.form.decode(json[index]))) as never;
    },
    exact: isExact(items),
  });
}

function record<S extends TypeLike>(values: S): Type<Record<string, Infer<S>>> {
  const value = part(values);
  return new Type<Record<string, Infer<S>>>({
    schema: (named) => ({ type: "object", additionalProperties: value.schema(named) }),
    decode(json) {
      if (!isObject(json)) {
        throw expected("an object", json);
      }
      const entries = Object.entries(json);
      return Object.fromEntries(entries.map(([key, one]) => [key, at(key, () => value.form.decode(one))]));
    },
    exact: isExact([value]),
  });
}

function object<const F extends Fields>(likes: F): Type<Filled<F>> {
  const fields: [string, Type<unknown, boolean>][] = Object.entries(likes).map(([k, like]) => [
    k,
    part(like),
  ]);
  const names = new Set(fields.map(([name]) => name));
  const form: Form<Filled<F>> = {
    schema: (named) => objectSchema(fields, named),
    decode(json) {
      if (!isObject(json)) {
        throw expected("an object", json);
      }
      const unknown = Object.keys(json).find((key) => !names.has(key));
      if (unknown !== undefined) {
        throw new Mismatch(`there is no field '${unknown}'`);
      }
      return Object.fromEntries(fields.map(([name, type]) => [name, field(name, type, json)])) as Filled<F>;
    },
    exact: isExact(fields.map(([, type]) => type)),
  };
  return new Type(form);
}

function objectSchema(fields: [string, Type<unknown, boolean>][], named: Definitions): Schema {
  const properties = fields.map(([name, type]) => {
    const schema = type.schema(named);
    const value = type.fallback?.value;
    return [name, value === undefined ? schema : { ...schema, default: value }];
  });
  const required = fields.filter(([, type]) => type.fallback === undefined).map(([name]) => name);
  const schema = { type: "object", properties: Object.fromEntries(properties), additionalProperties: false };
  return required.length > 0 ? { ...schema, required } : schema;
}

function field(name: string, type: Type<unknown, boolean>, json: Json): unknown {
  if (Object.hasOwn(json, name)) {
    return at(name, () => type.form.decode(json[name]));
  }
  if (type.fallback === undefined) {
    throw new Mismatch(`'${name}' is missing`);
  }
  return type.fallback.value;
}

function oneOf<const L extends readonly Literal[]>(...values: L): Type<L[number]> {
  const told = values.map((value) => JSON.stringify(value)).join(", ");
  const is = (json: unknown): json is L[number] => values.includes(json as Literal);
  return simple({ enum: values }, `one of ${told}`, is);
}

function union<const S extends readonly TypeLike[]>(...likes: S): Type<Infer<S[number]>> {
  const members = likes.map(part) as Type<Infer<S[number]>, boolean>[];
  return new Type<Infer<S[number]>>({
    schema: (named) => ({ anyOf: members.map((member) => member.schema(named)) }),
    decode(json) {
      const mismatches: string[] = [];
      for (const member of members) {
        try {
          return member.form.decode(json);
        } catch (error) {
          mismatches.push((error as Error).message);
        }
      }
      throw new Mismatch(mismatches.join("; "));
    },
    exact: isExact(members),
  });
}

function lazy<T>(name: string, type: () => Type<T, boolean>): Type<T> {
  return new Type<T>({
    schema(named) {
      if (!Object.hasOwn(named, name)) {
        // What is defined may contain itself.
        named[name] = {};
        named[name] = type().schema(named);
      }
      return { $ref: `#/$defs/${name}` };
    },
    decode: (json) => type().form.decode(json),
  });
}

const FAILED: Schema = {
  type: "object",
  properties: { kind: { type: "string" }, message: { type: "string" } },
  required: ["kind", "message"],
};

function outcome<S extends TypeLike>(completes: S): Type<Outcome<Infer<S>>> {
  const completed = part(completes);
  const only = (name: string, schema: Schema) => ({
    type: "object",
    properties: { [name]: schema },
    required: [name],
  });
  return new Type<Outcome<Infer<S>>>({
    schema: (named) => ({ anyOf: [only("completed", completed.schema(named)), only("failed", FAILED)] }),
    decode(json) {
      const told = isObject(json) ? json : {};
      if (isObject(told["failed"])) {
        const { kind, message } = told["failed"];
        return new Failure(String(message), isFailureKind(String(kind)) ? { kind: kind as never } : {});
      }
      return completed.form.decode(told["completed"]);
    },
    travels: "outcome",
    exact: isExact([completed]),
  });
}

function ofSchema<T>(schema: Schema): Type<T> {
  return new Type<T>({ schema: () => schema, decode: (json) => json as T });
}

export const t = {
  ...NAMED,
  /** A list of values of one type. */
  array,
  /** A list of so many values, each of its own type. */
  tuple,
  /** An object with any keys. */
  record,
  /** An object with these fields. */
  object,
  /** One of these values. */
  enum: oneOf,
  /** A value of one of these types: the first that fits. */
  union,
  /** A type that may contain itself: `t.lazy("Tree", () => tree)`. */
  lazy,
  /** How a run ended, of which `allowFailure(run)` tells: its result or its `Failure`. */
  outcome,
  /** Whatever fits this JSON Schema, which wflow checks where a flow is started. */
  schema: ofSchema,
};
