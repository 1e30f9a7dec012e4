// Types of parameters and results: JSON Schemas for wflow, and for TypeScript what values they stand for.

import { shown } from "./amounts.js";
import type { Failure } from "./failure.js";

export type Schema = Record<string, unknown>;
/** Schemas that others name. */
export type Definitions = Record<string, Schema>;

/** What a type is made of. */
export interface Form<T> {
  schema(named: Definitions): Schema;
  /** Makes a value of what JSON has; throws a `Mismatch` if it is none of the type. */
  decode(json: unknown): T;
  /** How its values travel, if not as JSON alone. */
  travels?: "bytes" | "outcome";
  /** Whether whole numbers are read in full. */
  exact?: boolean;
}

/** A value is not of its type. */
export class Mismatch extends Error {}

export function expected(what: string, json: unknown): Mismatch {
  return new Mismatch(`expected ${what}, not ${shown(json)}`);
}

/** A type of values. `Optional` tells whether a parameter or field of the type may be left out. */
export class Type<T, Optional extends boolean = false> {
  declare readonly value: T;
  declare readonly isOptional: Optional;

  constructor(
    readonly form: Form<T>,
    readonly description?: string,
    /** What stands where nothing is said. */
    readonly fallback?: { readonly value: T },
  ) {}

  /** May be left out: the value is then this one. */
  default(value: T): Type<T, true> {
    return new Type(this.form, this.description, { value });
  }

  /** May be left out, or `null`: the value is then `undefined`. */
  optional(): Type<T | undefined, true> {
    const form: Form<T | undefined> = {
      ...this.form,
      schema: (named) => this.#orNull(named),
      decode: (json) => (json === null ? undefined : this.form.decode(json)),
    };
    return new Type(form, this.description, { value: undefined });
  }

  /** May be `null`. */
  nullable(): Type<T | null> {
    const form: Form<T | null> = {
      ...this.form,
      schema: (named) => this.#orNull(named),
      decode: (json) => (json === null ? null : this.form.decode(json)),
    };
    return new Type(form, this.description);
  }

  #orNull(named: Definitions): Schema {
    const schema = this.schema(named);
    // What travels as bytes is told by its schema; any value may be `null` anyway.
    const isAsItIs = this.form.travels === "bytes" || Object.keys(schema).length === 0;
    return isAsItIs ? schema : { anyOf: [schema, { type: "null" }] };
  }

  /** Says what it is for: `wflow inspect` shows it. */
  describe(description: string): Type<T, Optional> {
    return new Type<T, Optional>(this.form, description, this.fallback);
  }

  schema(named: Definitions): Schema {
    const schema = this.form.schema(named);
    return this.description === undefined ? schema : { ...schema, description: this.description };
  }
}

/** What the short names stand for. */
export interface Named {
  any: any;
  null: null;
  boolean: boolean;
  string: string;
  integer: number;
  number: number;
  bigint: bigint;
  bytes: Uint8Array;
  date: Date;
}

/** A type by a short name, `"integer"`, a list of one, `"integer[]"`, or one that `t` makes. */
export type TypeLike = Type<any, boolean> | keyof Named | `${keyof Named}[]`;

/** The values that a type stands for. */
export type Infer<S> =
  S extends Type<infer T, boolean>
    ? T
    : S extends keyof Named
      ? Named[S]
      : S extends `${infer N extends keyof Named}[]`
        ? Named[N][]
        : never;

export type IsOptional<S> = S extends Type<any, infer Optional> ? Optional : false;

/** Parameters, or fields, by their names. */
export type Fields = { readonly [name: string]: TypeLike };

export type OptionalKeys<F extends Fields> = {
  [K in keyof F]: IsOptional<F[K]> extends true ? K : never;
}[keyof F];

/** Flattens what editors show. */
type Simplify<T> = { [K in keyof T]: T[K] };

/** The object that has these fields, all of them filled in. */
export type Filled<F extends Fields> = Simplify<{ -readonly [K in keyof F]: Infer<F[K]> }>;

/** How a run ended: what it returned, or why it did not. */
export type Outcome<T> = T | Failure;
