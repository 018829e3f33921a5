/** Write the bundles: node build.js [FOLDER], by default lenet_course/widgets. */

import { build } from "esbuild";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(fileURLToPath(import.meta.url));
const settings = {
  absWorkingDir: root,
  outdir: path.resolve(root, process.argv[2] ?? "../lenet_course/widgets"),
  bundle: true,
  minify: true,
  charset: "utf8",
  target: "es2022",
  // A style sheet that a component imports is its text.
  loader: { ".css": "text" },
};
await build({ ...settings, entryPoints: ["src/bundles/*.js"], format: "esm" });
// A plain script, which a page opened from a file may run too.
await build({ ...settings, entryPoints: ["src/host.js"], format: "iife" });
