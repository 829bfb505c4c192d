// Fails when src/api/schema.d.ts is not what ../openapi.json generates.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "trimtab-types-"));
const fresh = join(folder, "schema.d.ts");
try {
  // npm run puts the packages' programs on PATH; npx is not in every Node (the Python package of it has a broken one).
  execFileSync("openapi-typescript", ["../openapi.json", "--output", fresh, "--root-types=false", "--default-non-nullable=false"], { stdio: "pipe" });
  if (readFileSync(fresh, "utf8") !== readFileSync("src/api/schema.d.ts", "utf8")) {
    console.error("src/api/schema.d.ts is stale: run `npm run gen:types` in web/ and commit the result.");
    process.exit(1);
  }
} finally {
  rmSync(folder, { recursive: true });
}
