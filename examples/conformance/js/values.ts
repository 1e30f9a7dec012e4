// Values: each flow hands its parameter to a task, which hands it back.

import { flow, type Infer, type Type, t, task } from "wflow";

export const same_boolean = task({ params: { value: "boolean" }, returns: "boolean" }, ({ value }) => value);
export const echo_boolean = flow({ params: { value: "boolean" }, returns: "boolean" }, same_boolean.submit);

export const same_integer = task({ params: { value: "bigint" }, returns: "bigint" }, ({ value }) => value);
export const echo_integer = flow({ params: { value: "bigint" }, returns: "bigint" }, same_integer.submit);

export const same_float = task({ params: { value: "number" }, returns: "number" }, ({ value }) => value);
export const echo_float = flow({ params: { value: "number" }, returns: "number" }, same_float.submit);

export const same_text = task({ params: { value: "string" }, returns: "string" }, ({ value }) => value);
export const echo_text = flow({ params: { value: "string" }, returns: "string" }, same_text.submit);

export const same_list = task({ params: { value: "integer[]" }, returns: "integer[]" }, ({ value }) => value);
export const echo_list = flow({ params: { value: "integer[]" }, returns: "integer[]" }, same_list.submit);

const map = t.record("number");
export const same_map = task({ params: { value: map }, returns: map }, ({ value }) => value);
export const echo_map = flow({ params: { value: map }, returns: map }, same_map.submit);

const pair = t.tuple("string", "integer");
export const same_pair = task({ params: { value: pair }, returns: pair }, ({ value }) => value);
export const echo_pair = flow({ params: { value: pair }, returns: pair }, same_pair.submit);

export const same_json = task({ params: { value: "any" } }, ({ value }) => value);
export const echo_json = flow({ params: { value: "any" } }, same_json.submit);

const optional = t.integer.optional();
export const same_optional = task({ params: { value: optional }, returns: optional }, ({ value }) => value);
export const echo_optional = flow({ params: { value: optional }, returns: optional }, ({ value }) =>
  same_optional({ value }),
);

const Colour = t.enum("red", "green");
export const same_choice = task({ params: { value: Colour }, returns: Colour }, ({ value }) => value);
export const echo_choice = flow({ params: { value: Colour }, returns: Colour }, same_choice.submit);

interface Item {
  name: string;
  parts: Item[];
  weight: number;
}

const Item: Type<Item> = t.object({
  name: "string",
  parts: t.array(t.lazy("Item", (): Type<Item> => Item)),
  weight: t.number.default(1.5),
});
export const same_record = task({ params: { value: Item }, returns: Item }, ({ value }) => value);
export const echo_record = flow({ params: { value: Item }, returns: Item }, same_record.submit);

export const same_bytes = task({ params: { value: "bytes" }, returns: "bytes" }, ({ value }) => value);
export const echo_bytes = flow({ params: { value: "bytes" }, returns: "bytes" }, same_bytes.submit);

export const count_bytes = flow({ params: { size: "integer" }, returns: "integer" }, async ({ size }) => {
  const data = Uint8Array.from({ length: size }, (_, index) => index % 256);
  const returned: Infer<typeof t.bytes> = await same_bytes({ value: data });
  const isSame = returned.length === data.length && returned.every((byte, index) => byte === data[index]);
  return isSame ? returned.length : -1;
});

export const defaults = flow(
  { params: { number: t.integer.default(7), text: t.string.default("ü"), flag: t.boolean.default(true) } },
  ({ number, text, flag }) => [number, text, flag],
);

export const nothing = task(() => {});
export const returns_nothing = flow(() => nothing());
