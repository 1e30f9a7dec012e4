// `node:fs/promises`: the same as `node:fs`. Files are there at once, and nothing else goes on meanwhile.

import * as fs from "./fs.js";

function promised<A extends unknown[], R>(call: (...args: A) => R): (...args: A) => Promise<R> {
  return async (...args) => call(...args);
}

export const appendFile = promised(fs.appendFileSync);
export const mkdir = promised(fs.mkdirSync);
export const readFile = promised(fs.readFileSync);
export const readdir = promised(fs.readdirSync);
export const rename = promised(fs.renameSync);
export const rm = promised(fs.rmSync);
export const rmdir = promised(fs.rmdirSync);
export const stat = promised(fs.statSync);
export const unlink = promised(fs.unlinkSync);
export const writeFile = promised(fs.writeFileSync);

export default { appendFile, mkdir, readFile, readdir, rename, rm, rmdir, stat, unlink, writeFile };
