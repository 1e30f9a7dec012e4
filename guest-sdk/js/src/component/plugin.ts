// What the component offers to the host: the contract's `plugin`. The build loads the code with it.

import "./globals.js";

import type { Value as HostValue } from "wflow:plugin/runner@0.1.0";

import { definitionOf } from "../declare.js";
import { type Definition, definitions } from "../definition.js";
import { explain } from "../explain.js";
import { type Kind, setHost } from "../host.js";
import { drain } from "../promise.js";
import { call, callHook, isRetryable, retryIf, type Told } from "../run.js";
import { schemaOf } from "../schema.js";
import { componentHost, lift, lower } from "./host.js";
import { forgetBuild } from "./instance.js";

/** What the build tells of a value that a module declares: what it is, and the comment above it. */
type Declared = Record<string, [value: unknown, description: string]>;

/** Names the flows and tasks among the values: a module may give another one's a further name. */
function declare(declared: Declared): void {
  for (const [name, [value, description]] of Object.entries(declared)) {
    const definition = definitionOf(value);
    if (definition !== undefined && !named.has(definition)) {
      named.add(definition);
      definition.declaredAs(name, description);
    }
  }
}

const named = new Set<Definition>();

// Every module of the user's calls this at its end.
Object.assign(globalThis, { __wflowDeclare: declare });

/** Runs the code, and makes sure that it can be described. What is wrong with it ends the build. */
export function load(code: () => object): void {
  setHost(componentHost);
  try {
    const exported = Object.entries(code());
    declare(Object.fromEntries(exported.map(([name, value]) => [name, [value, ""]])));
    drain();
    check();
  } catch (error) {
    // The build reads this from what is said of the exception.
    throw new Error(`wflow-build-error: ${JSON.stringify(explain(error))}`);
  }
  forgetBuild();
}

function check(): void {
  const names = new Set<string>();
  for (const definition of definitions) {
    try {
      checkOne(definition, names);
    } catch (error) {
      throw Object.assign(error as Error, { stack: definition.origin });
    }
  }
}

function checkOne(definition: Definition, names: Set<string>): void {
  const { kind, name } = definition;
  if (!definition.isNamed) {
    throw new TypeError(`a ${kind} has no name: hold it in a variable of its module, or say \`name\``);
  }
  if (names.has(`${kind} ${name}`)) {
    throw new TypeError(`there are two ${kind}s '${name}'; give one of them another name`);
  }
  names.add(`${kind} ${name}`);
  described(definition);
}

function described(definition: Definition) {
  const parameters = Array.from(definition.parameters, ([name, type]) => ({
    name,
    schema: schemaOf(type),
    default: definition.defaultOf(type) ?? null,
  }));
  const { name, description, options } = definition;
  const told = Object.keys(options).length > 0 ? JSON.stringify(options) : "";
  return { name, description, parameters, result: schemaOf(definition.result), options: told };
}

/** What a call gives; of what it throws, what the host is to be told. */
function told<T>(act: () => T, isWorthAnother: (error: unknown) => boolean = () => true): T {
  try {
    return act();
  } catch (error) {
    throw { message: explain(error), retryable: asked(() => isWorthAnother(error)) };
  }
}

/** An error in a condition is one of the attempt. */
function asked(condition: () => boolean): boolean {
  try {
    return condition();
  } catch (error) {
    throw { message: explain(error), retryable: false };
  }
}

function find(kind: Kind, name: string): Definition {
  const definition = definitions.find((one) => one.kind === kind && one.name === name);
  if (definition === undefined) {
    throw { message: `the component has no ${kind} '${name}'`, retryable: false };
  }
  return definition;
}

function run(kind: Kind, name: string, values: HostValue[]): HostValue {
  const definition = find(kind, name);
  return told(
    () => lower(call(definition, values.map(lift))),
    (error) => isRetryable(definition, error),
  );
}

/** The flow or task of a run that is told as JSON, and what is told. */
function parsed(json: string): [Definition, Told] {
  const told = JSON.parse(json) as Told;
  return [told.flow === undefined ? find("task", told.task ?? "") : find("flow", told.flow), told];
}

export const plugin = {
  describe: () => ({
    flows: definitions.filter(({ kind }) => kind === "flow").map(described),
    tasks: definitions.filter(({ kind }) => kind === "task").map(described),
  }),
  runFlow: (name: string, values: HostValue[]) => run("flow", name, values),
  runTask: (name: string, values: HostValue[]) => run("task", name, values),
  runHook(name: string, json: string): void {
    const [definition, ended] = parsed(json);
    told(() => callHook(definition, name, ended));
  },
  retryIf(json: string): boolean {
    const [definition, ended] = parsed(json);
    return told(() => retryIf(definition, ended));
  },
};
