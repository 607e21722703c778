// build.mjs -- bundles the pages into build/web (or $OUT): index.html and assets/ whose names carry
// a hash of their content, so that they may be cached for ever. Statements (Markdown, math) are a
// chunk of their own, never loaded by the board.
import * as esbuild from "esbuild";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.env.OUT ?? join(here, "../../build/web");

await rm(out, { recursive: true, force: true });
await mkdir(join(out, "assets"), { recursive: true });
const result = await esbuild.build({
  entryPoints: [join(here, "src/main.tsx"), join(here, "src/style.css")],
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2020",
  minify: true,
  metafile: true,
  entryNames: "assets/[name]-[hash]",
  chunkNames: "assets/chunk-[hash]",
  assetNames: "assets/[name]-[hash]",
  loader: { ".woff2": "file", ".woff": "empty", ".ttf": "empty" },
  jsx: "automatic",
  jsxImportSource: "preact",
  outdir: out,
});
const name = (end) =>
  Object.entries(result.metafile.outputs)
    .find(([file, o]) => o.entryPoint?.endsWith(end) && file.endsWith(end === "style.css" ? ".css" : ".js"))[0]
    .replace(/^.*assets\//, "/assets/");
const page = await readFile(join(here, "index.html"), "utf8");
await writeFile(join(out, "index.html"), page.replace("@script@", name("main.tsx")).replace("@style@", name("style.css")));
await cp(join(here, "favicon.svg"), join(out, "assets/favicon.svg"));
// Compressed once, here; the server sends FILE.gz to whoever takes it.
for (const file of ["index.html", ...(await readdir(join(out, "assets"))).map((f) => join("assets", f))]) {
  if (/\.(js|css|html|svg)$/.test(file)) await writeFile(join(out, `${file}.gz`), gzipSync(await readFile(join(out, file)), { level: 9 }));
}
console.log(`web: ${(await readdir(join(out, "assets"))).length} files`);
