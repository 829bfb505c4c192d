import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { Providers } from "../app/providers";
import { makeRouter } from "../app/router";
import { type Here, HereProvider } from "../api/workspace";
import { ToastProvider } from "../ui/toasts";
import { fakeConfig, fakeMe } from "./world";

const quietClient = () => new QueryClient({ defaultOptions: { queries: { retry: false } } });

/** One part, inside a workspace. */
export function renderPart(ui: ReactNode, over: Partial<Here> = {}) {
  const here: Here = { slug: "acme", me: fakeMe, config: fakeConfig, lens: {}, canEdit: true, ...over };
  return render(
    <MantineProvider env="test">
      <QueryClientProvider client={quietClient()}>
        <ToastProvider>
          <HereProvider value={here}>{ui}</HereProvider>
        </ToastProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

/** The whole client at an address. */
export function renderAt(path: string) {
  const router = makeRouter(createMemoryHistory({ initialEntries: [path] }));
  return { router, ...render(<Providers router={router} client={quietClient()} />) };
}
