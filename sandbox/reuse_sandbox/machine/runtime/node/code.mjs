/** The function's code: how a handler's name leads to a function. */
import fs from "node:fs";
import module, { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { RuntimeError } from "./errors.mjs";
import { promisesOnly } from "./rules.mjs";

const require = createRequire(import.meta.url);
const imported = (file) => import(pathToFileURL(file).href);

/** Whether the nearest package.json says that `.js` files of this folder are ES modules. */
function isModuleType(folder) {
  if (path.basename(folder) === "node_modules") return false;
  const file = path.join(folder, "package.json");
  if (fs.existsSync(file)) {
    try {
      return JSON.parse(fs.readFileSync(file)).type === "module";
    } catch {
      return false;
    }
  }
  const parent = path.dirname(folder);
  return parent !== folder && isModuleType(parent);
}

function load(root, folder, name) {
  const bare = path.resolve(root, folder, name);
  const file = ["", ".js", ".mjs", ".cjs"].map((end) => bare + end).find((at) => fs.existsSync(at));
  if (file === undefined) {
    return require(require.resolve(name, { paths: [root, path.resolve(root, folder)] }));
  }
  if (file.endsWith(".mjs")) return imported(file);
  if (file.endsWith(".js") && isModuleType(path.dirname(file))) return imported(file);
  return promisesOnly && fs.statSync(file).isFile() ? imported(file) : require(file);
}

async function loadOrTell(root, folder, name) {
  try {
    return await load(root, folder, name);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new RuntimeError("UserCodeSyntaxError", String(error), error.stack);
    }
    if (error?.code === "MODULE_NOT_FOUND") {
      throw new RuntimeError("ImportModuleError", String(error));
    }
    throw error; // one of `import`, too: Lambda gives it as it is
  }
}

/** The function that a handler's name leads to, such as `src/app.handler` or `app.api.get`. */
export async function findHandler(root, text) {
  if (text.includes("..")) {
    throw new RuntimeError("MalformedHandlerName", `'${text}' is not a valid handler name.`);
  }
  const [, name, inside] = /^([^.]*)\.(.*)$/.exec(path.basename(text)) ?? [];
  if (name === undefined) throw new RuntimeError("MalformedHandlerName", "Bad handler");
  const code = await loadOrTell(root, path.dirname(text), name);
  const within = (object) => inside.split(".").reduce((part, key) => part?.[key], object);
  const handler = within(code) ?? (promisesOnly ? within(code.default) : undefined);
  if (!handler) throw new RuntimeError("HandlerNotFound", `${text} is undefined or not exported`);
  if (typeof handler !== "function") {
    throw new RuntimeError("HandlerNotFound", `${text} is not a function`);
  }
  return handler;
}

/**
 * Lets `import` search NODE_PATH, as it does on Lambda; plain Node.js has that for `require` only.
 * Without a folder of packages there, nothing is registered, which would take a thread.
 */
export function searchNodePath() {
  const folders = (process.env.NODE_PATH ?? "").split(":");
  const packages = folders.filter((at) => path.basename(at) === "node_modules" && fs.existsSync(at));
  if (!packages.length) return;
  const parents = packages.map((at) => pathToFileURL(path.join(path.dirname(at), "_")).href);
  const hook = `export async function resolve(specifier, context, next) {
    try { return await next(specifier, context); } catch (error) {
      if (error?.code !== "ERR_MODULE_NOT_FOUND" || /^[./#]|^[a-z]+:/.test(specifier)) throw error;
      for (const parentURL of ${JSON.stringify(parents)}) {
        try { return await next(specifier, { ...context, parentURL }); } catch {}
      }
      throw error;
    }
  }`;
  module.register?.("data:text/javascript," + encodeURIComponent(hook));
}
