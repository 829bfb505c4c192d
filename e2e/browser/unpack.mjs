// Unpacks Chromium, its libraries and fonts beside this file and prints how to start it, as JSON.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";

const home = new URL("./unpacked/", import.meta.url).pathname;
const half = new URL("./unpacking/", import.meta.url).pathname;
const source = new URL("./node_modules/@sparticuz/chromium/", import.meta.url);

if (!existsSync(home)) {
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half);
  process.env.TMPDIR = half; // where the package unpacks to
  const { inflate } = await import(new URL("build/esm/lambdafs.js", source));
  for (const name of ["chromium.br", "fonts.tar.br", "swiftshader.tar.br", "al2023.tar.br"]) {
    await inflate(new URL(`bin/${name}`, source).pathname);
  }
  renameSync(half, home);
}
console.log(
  JSON.stringify({ program: `${home}chromium`, libraries: `${home}al2023/lib`, fonts: `${home}fonts` }),
);
