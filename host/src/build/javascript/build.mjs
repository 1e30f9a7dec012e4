// Makes a component of a JavaScript or TypeScript file and of what it imports: `build.mjs SCRIPT SDK OUT`.
//
// Prints the files that went into it as JSON, or says on stderr what is wrong with them, and where.

import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";

import { componentize } from "componentize-qjs";
import * as esbuild from "esbuild";

import { places } from "./places.mjs";

/** The name of the module that loads the code. */
const ENTRY = "wflow:entry";
/** What the SDK says when the code cannot be loaded. */
const BUILD_ERROR = "wflow-build-error: ";
const SDK_IMPORT = /["']wflow["']/;
const CODE = /\.[cm]?[jt]sx?$/;
/** A variable of a module, and the comment above it. */
const VARIABLE =
  /(?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*)?^(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)/gm;
/** What the engine would do itself, at a time when nobody runs its promises: the SDK has its own. */
const LOWERED = ["async-await", "async-generator", "for-await", "top-level-await", "using", "decorators"];
const NO_TOP_LEVEL_AWAIT = "there is no await outside of functions, as the code of modules runs at the build";
/** Node's own that the SDK has. */
const OF_NODE = "Of Node's modules there are fs, fs/promises and process.";

/** The code does not build, and why. */
class BuildError extends Error {}

/** Where things are in the SDK's folder. */
function layout(sdk) {
  const source = path.join(sdk, "guest-sdk", "js", "src");
  const component = (name) => path.join(source, "component", name);
  return {
    source,
    plugin: component("plugin.ts"),
    contract: path.join(sdk, "wit", "plugin.wit"),
    wit: path.join(sdk, "guest-sdk", "js", "wit"),
    modules: {
      wflow: path.join(source, "index.ts"),
      ...modules("fs", component("fs.ts")),
      ...modules("fs/promises", component("fs-promises.ts")),
      ...modules("process", component("process.ts")),
    },
  };
}

/** With Node's prefix and without. */
function modules(name, file) {
  return { [`node:${name}`]: file, [name]: file };
}

function isIn(folder, file) {
  const relative = path.relative(folder, file);
  return relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
}

/** Tells the SDK at the end of each of the user's modules what the module calls its flows and tasks. */
function declarations(sources) {
  return {
    name: "declarations",
    setup(build) {
      build.onLoad({ filter: CODE }, ({ path: file }) => {
        if (isIn(sources, file)) {
          return undefined;
        }
        const text = readFileSync(file, "utf8");
        if (file.split(path.sep).includes("node_modules") && !SDK_IMPORT.test(text)) {
          return undefined;
        }
        return { contents: text + declared(text), loader: loader(file), resolveDir: path.dirname(file) };
      });
    },
  };
}

function loader(file) {
  const ending = path.extname(file).slice(1).replace(/^[cm]/, "");
  return ending === "js" ? "jsx" : ending;
}

function declared(text) {
  const variables = new Map();
  for (const [, comment = "", name] of text.matchAll(VARIABLE)) {
    variables.set(name, description(comment));
  }
  // What looks like a variable may be part of a text.
  const told = [...variables].map(
    ([name, comment]) =>
      `${name}: [typeof ${name} === "undefined" ? undefined : ${name}, ${JSON.stringify(comment)}]`,
  );
  return `\n;globalThis.__wflowDeclare({ ${told.join(", ")} });\n`;
}

/** The text of a comment, up to its tags. */
function description(comment) {
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\*? ?/, "").trimEnd());
  const tags = lines.findIndex((line) => line.startsWith("@"));
  return lines
    .slice(0, tags < 0 ? lines.length : tags)
    .join("\n")
    .trim();
}

/** One module of the code, of what it imports and of the SDK, with a source map. */
async function bundle(script, sdk) {
  const folder = path.dirname(script);
  const entry = [
    `import { load, plugin } from ${JSON.stringify(sdk.plugin)};`,
    `load(() => require(${JSON.stringify(script)}));`,
    "export { plugin };",
  ];
  const bundled = await esbuild
    .build({
      stdin: { contents: entry.join("\n"), resolveDir: folder, sourcefile: ENTRY },
      absWorkingDir: folder,
      outfile: path.join(folder, "wflow.js"),
      bundle: true,
      write: false,
      metafile: true,
      logLevel: "silent",
      sourcemap: "external",
      sourcesContent: false,
      format: "esm",
      platform: "neutral",
      target: "es2023",
      charset: "utf8",
      mainFields: ["module", "main"],
      conditions: ["module"],
      supported: Object.fromEntries(LOWERED.map((feature) => [feature, false])),
      alias: sdk.modules,
      external: ["wflow:plugin/*", "wasi:*"],
      plugins: [declarations(sdk.source)],
    })
    .catch((error) => {
      throw error.errors ? new BuildError(all(error.errors)) : error;
    });
  const output = (ending) => bundled.outputFiles.find((file) => file.path.endsWith(ending)).text;
  const files = Object.keys(bundled.metafile.inputs).map((name) => path.resolve(folder, name));
  return { code: output(".js"), map: JSON.parse(output(".map")), files };
}

/** What is wrong, in the order of the code; not what follows from it for the module that loads the code. */
function all(errors) {
  const own = errors.filter(({ location }) => location?.file !== ENTRY);
  return (own.length > 0 ? own : errors).map(said).join("\n");
}

/** A message, and where in the code. */
function said({ location, text: told, notes }) {
  const text = told.startsWith("Top-level await") ? NO_TOP_LEVEL_AWAIT : told;
  const hints = notes.map((note) => note.text);
  const isOfNode = hints.some((hint) => hint.includes("is built into node"));
  const more = isOfNode ? [OF_NODE] : hints.filter((hint) => !hint.includes("esbuild"));
  const message = [text, ...more].join("\n");
  if (!location) {
    return message;
  }
  const { file, line, column, lineText } = location;
  const start = lineText.slice(0, column).trimStart();
  const mark = `${" ".repeat(start.length)}^`;
  return `${file}:${line}:${column + 1}: ${message}\n  ${lineText.trim()}\n  ${mark}`;
}

/** The code, with a line before it by which the SDK tells where in the sources an error is. */
function withPlaces({ code, map }, folder, sdk) {
  const shown = (source) => {
    const isOurs = source.includes(ENTRY) || isIn(sdk.source, path.resolve(folder, source));
    return isOurs ? undefined : source;
  };
  const told = JSON.stringify(places(map, shown, 1));
  return `const __wflowPlaces = ${JSON.stringify(told)};\n${code}`;
}

/** The component; throws what the SDK, or the engine, says about the code. */
async function component(code, sdk) {
  const wit = mkdtempSync(path.join(tmpdir(), "wflow-wit-"));
  try {
    mkdirSync(path.join(wit, "deps"));
    copyFileSync(path.join(sdk.wit, "javascript.wit"), path.join(wit, "javascript.wit"));
    copyFileSync(path.join(sdk.wit, "wasi.wit"), path.join(wit, "deps", "wasi.wit"));
    copyFileSync(sdk.contract, path.join(wit, "deps", "plugin.wit"));
    const made = await componentize({ witPath: wit, world: "guest", jsSource: code, sync: true });
    return made.component;
  } catch (error) {
    throw new BuildError(reason(String(error.message ?? error)));
  } finally {
    rmSync(wit, { recursive: true, force: true });
  }
}

/** What is wrong, of all that is said. */
function reason(told) {
  const start = told.indexOf(BUILD_ERROR);
  const text = start < 0 ? undefined : /^"(?:[^"\\]|\\.)*"/.exec(told.slice(start + BUILD_ERROR.length));
  return text ? JSON.parse(text[0]) : told.trim();
}

/** SHA-256 of each file; none of one that is not there. */
function inputs(files, folder, sdk) {
  const own = files.filter((file) => !isIn(sdk.source, file) && existsSync(file));
  const settings = [folder, ...own.flatMap(packageOf)].flatMap((place) => [
    path.join(place, "package.json"),
    path.join(place, "tsconfig.json"),
  ]);
  const all = new Set([...own, ...settings]);
  return Object.fromEntries(Array.from(all, (file) => [file, existsSync(file) ? digest(file) : null]));
}

/** The folder of the package that was installed, if the file is of one. */
function packageOf(file) {
  const [, folder] = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file) ?? [];
  return folder ? [folder] : [];
}

function digest(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

async function main([code, sdkFolder, out]) {
  // What is bundled is known by where it is, not by links to it.
  const script = realpathSync(code);
  const folder = path.dirname(script);
  const sdk = layout(realpathSync(sdkFolder));
  const bundled = await bundle(script, sdk);
  writeFileSync(out, await component(withPlaces(bundled, folder, sdk), sdk));
  process.stdout.write(JSON.stringify({ inputs: inputs(bundled.files, folder, sdk) }));
}

try {
  await main(process.argv.slice(2).map((argument) => path.resolve(argument)));
} catch (error) {
  process.stderr.write(`${error instanceof BuildError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
