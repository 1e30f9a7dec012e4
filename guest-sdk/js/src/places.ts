// Where in the sources a place of the bundle comes from, as the build tells in front of it.

/** JSON of [`Places`], which is read when there is an error. */
declare const __wflowPlaces: string;

interface Places {
  /** The names of the sources. */
  sources: string[];
  /** Of each line of the bundle that comes from one of them, its pieces. */
  lines: Record<string, [column: number, source: number, line: number, sourceColumn: number][]>;
}

let places: Places | undefined;

/** `FILE:LINE:COLUMN` of the author's code; nothing for the SDK's own. All of them count from 1. */
export function placeOf(line: number, column: number): string | undefined {
  places ??= JSON.parse(__wflowPlaces) as Places;
  const piece = places.lines[line]?.findLast((piece) => piece[0] <= column);
  return piece === undefined ? undefined : `${places.sources[piece[1]]}:${piece[2]}:${piece[3]}`;
}
