import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Serves the MSW worker script to `vite --mode mock` alone, so that no build can carry it. */
function mockWorker(): Plugin {
  return {
    name: "trimtab-mock-worker",
    apply: "serve",
    configureServer(server) {
      const script = createRequire(import.meta.url).resolve("msw/mockServiceWorker.js");
      server.middlewares.use("/mockServiceWorker.js", (_request, response) => {
        response.setHeader("Content-Type", "text/javascript");
        response.end(readFileSync(script));
      });
    },
  };
}

const server = process.env.TRIMTAB_DEV_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === "mock" ? [mockWorker()] : [])],
  build: {
    outDir: "../src/trimtab/api/static",
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0,
    manifest: true,
    target: "es2022",
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: { "/api": server, "/_allauth": server } },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://localhost/" } },
    setupFiles: ["src/testing/setup.ts"],
    css: false,
    restoreMocks: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
}));
