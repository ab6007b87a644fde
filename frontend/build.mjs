// Bundles the pinned packages and our own modules into the folder given as first argument.
// Run by anju.assets, which fetches the packages first and moves the finished folder into place.
import { build } from "esbuild";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, "..", "node_modules");
const out = process.argv[2];
mkdirSync(join(out, "fonts"), { recursive: true });

await build({
  entryPoints: { app: join(here, "app.js"), charts: join(here, "charts.js") },
  bundle: true, minify: true, format: "esm", target: "es2020", outdir: out, logLevel: "error", legalComments: "none",
});
await build({
  entryPoints: { anju: join(here, "main.css") },
  bundle: true, minify: true, target: ["chrome111", "safari16", "firefox113"], outdir: out, logLevel: "error",
  legalComments: "none", nodePaths: [packages],
});

// The pages of residents stand alone: small, and for old phones.
await build({
  entryPoints: { portal: join(here, "portal", "portal.js") },
  bundle: true, minify: true, format: "iife", target: ["chrome78", "safari13"], outdir: out, logLevel: "error", legalComments: "none",
});
await build({
  entryPoints: { portal: join(here, "portal", "portal.css") },
  bundle: true, minify: true, target: ["chrome78", "safari13"], outdir: out, logLevel: "error", legalComments: "none",
});

const namesIn = (file) => readFileSync(join(here, file), "utf8").split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));

function drawingOf(name, list) {
  let drawing;
  try {
    const own = join(here, "icons", `${name}.svg`); // where Tabler's drawing would be taken for another state
    drawing = readFileSync(existsSync(own) ? own : join(packages, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
  } catch {
    throw new Error(`frontend/${list}: Tabler has no outline icon "${name}". See tabler.io/icons for its names.`);
  }
  return [...drawing.matchAll(/<path[^>]*\sd="([^"]+)"[^>]*>/g)].map((match) => match[1]).filter((d) => d !== "M0 0h24v24H0z").join("");
}

// One sprite of the icons that a list names: <svg><use href="icons.svg#home"/></svg>
function sprite(list) {
  const symbols = namesIn(list).map((name) => `<symbol id="${name}" viewBox="0 0 24 24"><path d="${drawingOf(name, list)}"/></symbol>`);
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
}
writeFileSync(join(out, "icons.svg"), sprite("icons.txt"));
writeFileSync(join(out, "portal.svg"), sprite("portal/icons.txt"));

// The field app: one script, one style, and its service worker, which changes when either of them does.
const drawn = Object.fromEntries(namesIn("field/icons.txt").map((name) => [name, drawingOf(name, "field/icons.txt")]));
await build({
  entryPoints: { field: join(here, "field/main.js") },
  bundle: true, minify: true, format: "esm", target: ["chrome90", "safari15"], outdir: out, logLevel: "error", legalComments: "none",
  nodePaths: [packages], define: { __FIELD_ICONS__: JSON.stringify(drawn) },
});
await build({
  entryPoints: { field: join(here, "field/field.css") },
  bundle: true, minify: true, target: ["chrome90", "safari15"], outdir: out, logLevel: "error", legalComments: "none",
});
const edition = createHash("sha256").update(readFileSync(join(out, "field.js"))).update(readFileSync(join(out, "field.css"))).digest("hex");
await build({
  entryPoints: { "field-sw": join(here, "field/worker.js") },
  bundle: true, minify: true, format: "iife", target: ["chrome90", "safari15"], outdir: out, logLevel: "error", legalComments: "none",
  define: { __SHELL__: JSON.stringify(edition.slice(0, 12)) },
});

// Web fonts: the slices a page needs (unicode-range), then the whole face for the rare characters that no slice holds.
let fonts = "";
for (const [weight, range, whole] of [["400", "400 500", "400Regular/NotoSansSC_400Regular.ttf"], ["700", "600 700", "700Bold/NotoSansSC_700Bold.ttf"]]) {
  const css = readFileSync(join(packages, "@fontsource/noto-sans-sc", `${weight}.css`), "utf8");
  for (const face of css.matchAll(/url\(\.\/files\/([^)]+\.woff2)\)[\s\S]*?unicode-range:\s*([^;]+);/g)) {
    copyFileSync(join(packages, "@fontsource/noto-sans-sc/files", face[1]), join(out, "fonts", face[1]));
    fonts += `@font-face{font-family:"Noto Sans SC";font-weight:${range};font-display:swap;src:url(fonts/${face[1]}) format("woff2");unicode-range:${face[2]}}\n`;
  }
  copyFileSync(join(packages, "@expo-google-fonts/noto-sans-sc", whole), join(out, "fonts", `NotoSansSC-${weight}.ttf`));
  fonts += `@font-face{font-family:"Noto Sans SC Rare";font-weight:${range};font-display:swap;src:url(fonts/NotoSansSC-${weight}.ttf) format("truetype");unicode-range:U+3400-4DBF,U+4E00-9FFF,U+F900-FAFF,U+20000-323AF}\n`;
}
writeFileSync(join(out, "fonts.css"), fonts);
copyFileSync(join(packages, "@expo-google-fonts/noto-sans-sc/LICENSE_FONT"), join(out, "fonts", "LICENSE"));

// WhiteNoise sends the compressed neighbour where it finds one
for (const name of ["anju.css", "app.js", "charts.js", "field-sw.js", "field.css", "field.js", "fonts.css", "icons.svg", "portal.css", "portal.js", "portal.svg"]) {
  writeFileSync(join(out, `${name}.gz`), gzipSync(readFileSync(join(out, name)), { level: 9 }));
}
