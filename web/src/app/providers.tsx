import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { cssVariables, theme } from "../ui/theme";
import { ToastProvider } from "../ui/toasts";
import type { makeRouter } from "./router";

/** One retry for what may pass by itself; a refusal is never asked twice. */
const shouldRetry = (failures: number, error: Error) =>
  failures < 1 && (!(error instanceof ApiError) || error.status >= 500);

export const makeClient = () =>
  new QueryClient({
    defaultOptions: { queries: { retry: shouldRetry, staleTime: 15_000, refetchOnWindowFocus: true } },
  });

export function Providers({ router, client }: { router: ReturnType<typeof makeRouter>; client: QueryClient }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <ToastProvider>
          <RouterProvider router={router} />
        </ToastProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
