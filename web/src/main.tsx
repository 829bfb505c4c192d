import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.css";
import "./ui/tokens.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeClient, Providers } from "./app/providers";
import { makeRouter } from "./app/router";

async function start() {
  if (import.meta.env.MODE === "mock") {
    const { startMockServer } = await import("./testing/browser");
    await startMockServer();
  }
  const place = document.getElementById("root");
  if (!place) throw new Error("The page has no place to draw in.");
  createRoot(place).render(
    <StrictMode>
      <Providers router={makeRouter()} client={makeClient()} />
    </StrictMode>,
  );
}

void start();
