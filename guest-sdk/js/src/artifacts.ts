// Artifacts, by Prefect's names: things to look at that a run leaves behind, or that tell how far it is.

import { host } from "./host.js";
import { encode } from "./values.js";

export interface ArtifactOptions {
  /** Names it within its run: a later one of the same key takes its place. */
  key: string;
  description?: string;
}

/** Rows, or columns by name. */
export type Table = readonly object[] | Readonly<Record<string, readonly unknown[]>>;

/** Attaches a text in Markdown to the run. */
export function createMarkdownArtifact(markdown: string, options: ArtifactOptions): void {
  host().createArtifact("markdown", options.key, options.description ?? "", encode(markdown));
}

/** Attaches a table. */
export function createTableArtifact(table: Table, options: ArtifactOptions): void {
  host().createArtifact("table", options.key, options.description ?? "", encode(rows(table)));
}

function rows(table: Table): readonly object[] {
  if (Array.isArray(table)) {
    return table as readonly object[];
  }
  const columns = Object.entries(table as Readonly<Record<string, readonly unknown[]>>);
  const count = columns[0]?.[1].length ?? 0;
  if (columns.some(([, column]) => column.length !== count)) {
    throw new TypeError("the columns of a table are of one length");
  }
  const row = (index: number) => Object.fromEntries(columns.map(([name, column]) => [name, column[index]]));
  return Array.from({ length: count }, (_, index) => row(index));
}

/** Attaches a link. */
export function createLinkArtifact(link: string, options: ArtifactOptions): void {
  host().createArtifact("link", options.key, options.description ?? "", encode(link));
}

/** Tells how far the run is, from 0 to 100: `wflow run` shows it in its progress line. */
export function createProgressArtifact(progress: number, options: ArtifactOptions): void {
  host().createArtifact("progress", options.key, options.description ?? "", encode(progress));
}

/** Attaches an image: its bytes, such as a PNG's, or its URL. */
export function createImageArtifact(image: Uint8Array | string, options: ArtifactOptions): void {
  host().createArtifact("image", options.key, options.description ?? "", encode(image));
}
