// Flows and tasks of the component `images`, as it describes itself; written by `wflow bind`.

import { remote, t } from "wflow";

/** Writes a thumbnail of each picture in one folder to another. */
export const thumbnails = remote.flow("images/thumbnails", "any[]", { images: t.string.optional(), out: t.string.optional(), width: t.integer.optional() });

/** Scales a JPEG or PNG picture to a width in pixels, as a JPEG. */
export const resize = remote.task("images/resize", "bytes", { image: "bytes", width: "integer" });
