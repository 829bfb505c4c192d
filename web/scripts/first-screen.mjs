// Prints the JavaScript that the first screen loads, gzipped, and fails above the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 350;
const out = new URL("../../src/trimtab/api/static/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", out), "utf8"));

function filesOf(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) filesOf(next, seen);
  return seen;
}

// The roadmap is the first screen: its lazy chunk counts as well.
const roots = Object.keys(manifest).filter((key) => manifest[key].isEntry || /roadmap-page/.test(key));
const chunks = new Set(roots.flatMap((key) => [...filesOf(key)]));
let total = 0;
for (const key of chunks) {
  const bytes = gzipSync(readFileSync(new URL(manifest[key].file, out)), { level: 9 }).length;
  total += bytes;
  console.log(`${(bytes / 1000).toFixed(1).padStart(8)} kB  ${manifest[key].file}`);
}
const sum = total / 1000;
console.log(`First screen JavaScript: ${sum.toFixed(1)} kB gzipped (budget ${BUDGET_KB} kB)`);
if (sum > BUDGET_KB) process.exit(1);
