// Tells where in the sources each piece of a bundle comes from: what a source map says, without the SDK's part.

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * The names of the sources that `shown` names, and for each line that comes from one of them its pieces: the
 * column, and the source's number, line and column. All but the source's number count from 1.
 */
export function places({ sources, mappings }, shown, linesBefore) {
  const names = sources.map(shown);
  const lines = {};
  for (const [number, pieces] of decoded(mappings).entries()) {
    const own = pieces.filter(([, source]) => names[source] !== undefined);
    if (own.length > 0) {
      const told = own.map(([column, source, line, at]) => [column + 1, source, line + 1, at + 1]);
      lines[number + 1 + linesBefore] = told;
    }
  }
  return { sources: names.map((name) => name ?? ""), lines };
}

/** Of each line its pieces, counting from 0. */
function decoded(mappings) {
  // Only columns begin anew in each line.
  const place = [0, 0, 0, 0];
  return mappings.split(";").map((line) => {
    place[0] = 0;
    const pieces = line === "" ? [] : line.split(",");
    return pieces.map((piece) => {
      for (const [index, number] of numbers(piece).slice(0, 4).entries()) {
        place[index] += number;
      }
      return [...place];
    });
  });
}

/** Numbers in base 64, of variable length, each with its sign in the lowest bit. */
function numbers(piece) {
  const found = [];
  let [value, shift] = [0, 0];
  for (const digit of piece) {
    const bits = DIGITS.indexOf(digit);
    value |= (bits & 31) << shift;
    shift += 5;
    if ((bits & 32) === 0) {
      found.push(value & 1 ? -(value >> 1) : value >> 1);
      [value, shift] = [0, 0];
    }
  }
  return found;
}
