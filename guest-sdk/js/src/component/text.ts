// TextEncoder and TextDecoder, for UTF-8: the engine has none.

const REPLACEMENT = 0xfffd;

// What the engine does itself is a hundred times as fast as a loop in JavaScript: these know UTF-8, and bytes.
declare function atob(base64: string): string;
declare function btoa(bytes: string): string;
declare function decodeURIComponent(text: string): string;
declare function encodeURIComponent(text: string): string;
declare function escape(text: string): string;
declare function unescape(text: string): string;

interface Base64 {
  fromBase64(text: string): Uint8Array<ArrayBuffer>;
  prototype: { toBase64(): string };
}
const { fromBase64, prototype } = Uint8Array as unknown as Base64;

export class TextEncoder {
  readonly encoding = "utf-8";

  encode(text = ""): Uint8Array<ArrayBuffer> {
    // Half of a pair is no character, and becomes a mark.
    const whole = (text as string & { toWellFormed(): string }).toWellFormed();
    return fromBase64(btoa(unescape(encodeURIComponent(whole))));
  }
}

export interface TextDecoderOptions {
  fatal?: boolean;
  ignoreBOM?: boolean;
}

export class TextDecoder {
  readonly encoding = "utf-8";
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;

  constructor(encoding = "utf-8", options: TextDecoderOptions = {}) {
    if (!/^utf-?8$/i.test(encoding.trim())) {
      throw new RangeError(`there is no encoding '${encoding}' in a component: UTF-8 alone`);
    }
    this.fatal = options.fatal ?? false;
    this.ignoreBOM = options.ignoreBOM ?? false;
  }

  decode(input: ArrayBuffer | ArrayBufferView = new Uint8Array()): string {
    const bytes = ArrayBuffer.isView(input)
      ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
      : new Uint8Array(input);
    const text = decode(bytes, this.fatal);
    return !this.ignoreBOM && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
}

function decode(bytes: Uint8Array, fatal: boolean): string {
  try {
    return decodeURIComponent(escape(atob(prototype.toBase64.call(bytes))));
  } catch {
    if (fatal) {
      throw new TypeError("the bytes are no UTF-8");
    }
    return repaired(bytes);
  }
}

/** The text with a mark in the place of what is no UTF-8. */
function repaired(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const [point, length] = character(bytes, at);
    at += length;
    text += String.fromCodePoint(point ?? REPLACEMENT);
  }
  return text;
}

/** The character that begins there, if it is one, and how many bytes it has. */
function character(bytes: Uint8Array, at: number): [number | undefined, number] {
  const first = bytes[at] ?? 0;
  if (first < 0x80) {
    return [first, 1];
  }
  const count =
    first >= 0xc2 && first < 0xe0
      ? 1
      : first >= 0xe0 && first < 0xf0
        ? 2
        : first >= 0xf0 && first < 0xf5
          ? 3
          : 0;
  if (count === 0) {
    return [undefined, 1];
  }
  let point = first & (0x3f >> count);
  for (let index = 1; index <= count; index += 1) {
    const byte = bytes[at + index] ?? 0;
    if (!follows(first, index, byte)) {
      return [undefined, index];
    }
    point = (point << 6) | (byte & 0x3f);
  }
  return [point, count + 1];
}

/** Whether the byte may stand there: no longer form than needed, no half of a pair, nothing beyond Unicode. */
function follows(first: number, index: number, byte: number): boolean {
  const low = index === 1 && first === 0xe0 ? 0xa0 : index === 1 && first === 0xf0 ? 0x90 : 0x80;
  const high = index === 1 && first === 0xed ? 0x9f : index === 1 && first === 0xf4 ? 0x8f : 0xbf;
  return byte >= low && byte <= high;
}
