// Runs a Python program in Pyodide: node pyodide.mjs PACKAGE FOLDER PROGRAM; FOLDER is /mnt/folder.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [home, folder, program] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${home}/pyodide.mjs`));
const python = await loadPyodide({
  indexURL: `${home}/`,
  stdout: (line) => console.log(line),
  stderr: (line) => console.error(line),
});
python.FS.mkdirTree("/mnt/folder");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/mnt/folder");
try {
  python.runPython(readFileSync(program, "utf8"));
} catch (error) {
  console.error(String(error.message ?? error));
  process.exitCode = 1;
}
