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
// A worker that a component imports (import text from "./worker.js?worker") is its program as text,
// with all that it imports, so that a component stays one file.
const workers = {
  name: "workers",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?worker$/ }, ({ path: name, resolveDir }) => ({
      path: path.join(resolveDir, name.replace("?worker", "")),
      namespace: "worker",
    }));
    onLoad({ filter: /./, namespace: "worker" }, async ({ path: file }) => {
      const own = { ...settings, entryPoints: [file], format: "iife", write: false };
      const { outputFiles } = await build(own);
      return { contents: outputFiles[0].text, loader: "text" };
    });
  },
};
await build({
  ...settings,
  entryPoints: ["src/bundles/*.js"],
  format: "esm",
  plugins: [workers],
});
// A plain script, which a page opened from a file may run too.
await build({ ...settings, entryPoints: ["src/host.js"], format: "iife" });
