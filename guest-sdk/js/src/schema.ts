// JSON Schemas as the contract has them: text, or nothing for any value.

import type { Definitions, Type } from "./types.js";
import { encode } from "./values.js";

/** The schema of a parameter or result. */
export function schemaOf(type: Type<unknown, boolean> | undefined): string {
  if (type === undefined) {
    return "";
  }
  const named: Definitions = {};
  const schema = type.schema(named);
  const whole = Object.keys(named).length > 0 ? { ...schema, $defs: named } : schema;
  return Object.keys(whole).length > 0 ? String(encode(whole)) : "";
}
