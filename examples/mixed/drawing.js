// Draws charts.

import { task } from "wflow";

const HEIGHT = 300;

/** An SVG with a bar for each number. */
export const bars = task(
  { params: { numbers: "integer[]", title: "string" }, returns: "string" },
  ({ numbers, title }) => {
    const most = Math.max(1, ...numbers);
    const drawn = numbers.map((number, place) => {
      const height = Math.round((HEIGHT * number) / most);
      return `<rect x="${place * 50 + 5}" y="${HEIGHT - height}" width="40" height="${height}"/>`;
    });
    const box = `0 -10 ${numbers.length * 50} ${HEIGHT + 10}`;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" fill="teal">`,
      `<title>${title}</title>`,
      ...drawn,
      "</svg>",
    ].join("\n");
  },
);
