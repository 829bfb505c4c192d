import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { describe, expect, it, vi } from "vitest";
import type { QueryRequest } from "../api/types";
import { renderAt } from "../testing/render";
import { handlersFor, server } from "../testing/server";

const AT = "/w/acme/roadmap";

/** A world of its own for each test: edits must not leak. */
async function open(path = AT) {
  server.use(...handlersFor(12));
  const opened = renderAt(path);
  await screen.findByRole("treegrid", {}, { timeout: 10_000 });
  await screen.findByText("NP-2");
  return opened;
}

const rowOf = (ref: string) => screen.getByText(ref, { selector: "button" }).closest("[role=row]") as HTMLElement;
const cellOf = (ref: string, column: number) => rowOf(ref).querySelector(`[data-column="${column}"]`) as HTMLElement;

async function pickHealth(ref: string, name: string) {
  await userEvent.click(cellOf(ref, 2));
  await waitFor(() => expect(cellOf(ref, 2)).toHaveFocus());
  await userEvent.keyboard("{Enter}");
  await userEvent.click(await screen.findByRole("option", { name }));
}

describe("editing in the grid", () => {
  it("shows the new value at once, names the version it read, and offers Undo", async () => {
    const sent = vi.fn();
    const undone = vi.fn();
    await open();
    server.use(
      http.patch("*/api/v1/items/:id", async ({ request }) => {
        sent(await request.json());
        return HttpResponse.json({ id: "x", version: 2 }, { headers: { "Trimtab-Change-Set": "cs-1" } });
      }),
      http.post("*/api/v1/change-sets/:id/undo", ({ params }) => {
        undone(params.id);
        return HttpResponse.json({ batch_id: "b", restored: 1, refused: [] });
      }),
    );
    await pickHealth("NP-2", "Off track");
    expect(await screen.findByText("Health: Off track")).toBeVisible();
    expect(sent).toHaveBeenCalledWith({ version: 1, set: { health: "off_track" } });
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(undone).toHaveBeenCalledWith("cs-1"));
  });

  it("puts a refused value back and says why, with the request id", async () => {
    await open();
    const before = cellOf("NP-2", 2).textContent;
    server.use(
      http.patch("*/api/v1/items/:id", () =>
        HttpResponse.json({ code: "forbidden", status: 403, detail: "no", request_id: "req-9" }, { status: 403 }),
      ),
    );
    await pickHealth("NP-2", "Off track");
    const notice = await screen.findByRole("alert");
    expect(notice).toHaveTextContent("put back as it was");
    expect(notice).toHaveTextContent("req-9");
    expect(cellOf("NP-2", 2)).toHaveTextContent(before ?? "");
  });

  it("offers both values when somebody else was faster, and writes mine on request", async () => {
    const sent = vi.fn();
    await open();
    server.use(
      http.patch("*/api/v1/items/:id", async ({ request }) => {
        const body = (await request.json()) as { version: number };
        sent(body.version);
        if (body.version < 7) {
          const clash = { health: { current: "at_risk", by: "Jonas Weber", at: "2026-11-22T10:00:00Z" } };
          return HttpResponse.json(
            { code: "stale_version", status: 409, detail: "changed", extra: { fields: clash, current_version: 7 } },
            { status: 409 },
          );
        }
        return HttpResponse.json({ id: "x", version: 8 }, { headers: { "Trimtab-Change-Set": "cs-2" } });
      }),
    );
    await pickHealth("NP-2", "Off track");
    const choice = await screen.findByRole("alert");
    expect(choice).toHaveTextContent("Jonas Weber changed Health while you did");
    expect(choice).toHaveTextContent("It now reads “At risk”. You chose “Off track”.");
    await userEvent.click(within(choice).getByRole("button", { name: "Use mine" }));
    await waitFor(() => expect(sent).toHaveBeenLastCalledWith(7));
    expect(await screen.findByText("Health: Off track")).toBeVisible();
  });

  it("writes nothing when nothing changed", async () => {
    const sent = vi.fn();
    await open();
    server.use(http.patch("*/api/v1/items/:id", () => sent()));
    await userEvent.click(cellOf("NP-2", 0));
    await userEvent.keyboard("{Enter}{Enter}");
    expect(sent).not.toHaveBeenCalled();
  });
});

it("leads a stranger to the door and back to what was asked for", async () => {
  server.use(
    http.get("*/api/v1/me", () => HttpResponse.json({ code: "unauthenticated", status: 401 }, { status: 401 }), { once: true }),
  );
  const { router } = renderAt(`${AT}?q=payouts`);
  await userEvent.type(await screen.findByLabelText("E-mail"), "ana@example.com");
  expect(router.state.location.search).toEqual({ next: `${AT}?q=payouts` });
  await userEvent.type(screen.getByLabelText("Password"), "trimtab");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(router.state.location.href).toBe(`${AT}?q=payouts`));
});

describe("the address", () => {
  it("sends filter, order, tree and day as one question", async () => {
    const asked = vi.fn();
    server.use(
      http.post("*/api/v1/query", async ({ request }) => {
        asked((await request.clone().json()) as QueryRequest);
      }),
    );
    renderAt(`${AT}?q=payouts&sort=-benefit&as_of=2026-03-01`);
    await waitFor(() => expect(asked).toHaveBeenCalled(), { timeout: 10_000 });
    expect(asked.mock.calls[0]?.[0]).toMatchObject({
      text: "payouts",
      sort: [{ field: "benefit", desc: true }],
      lens: { as_of: "2026-03-01" },
      compare: "live",
      tree: { axis: "parent" },
    });
  });

  it("keeps a click on a header", async () => {
    const { router } = await open();
    await userEvent.click(screen.getByRole("button", { name: /^Team/ }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ sort: "team" }));
    expect(screen.getByRole("columnheader", { name: /Team/ })).toHaveAttribute("aria-sort", "ascending");
  });
});

describe("the past", () => {
  it("is read-only, says which day, marks what differs and leads back", async () => {
    const { router } = await open(`${AT}?as_of=2026-03-01`);
    expect(screen.getByText("Viewing: as of 1 Mar 2026")).toBeVisible();
    expect(screen.queryByRole("button", { name: "New item" })).not.toBeInTheDocument();
    expect(screen.getByRole("treegrid")).toHaveAttribute("aria-readonly", "true");
    expect(document.querySelectorAll("[data-differs]").length).toBeGreaterThan(0);
    expect(await screen.findByText(/differ from today/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Back to today" }));
    await waitFor(() => expect(router.state.location.search).toEqual({}));
  });

  it("moves with the keyboard", async () => {
    const { router } = await open(`${AT}?as_of=2026-03-01`);
    await userEvent.click(screen.getByRole("button", { name: "Viewing: as of 1 Mar 2026" }));
    screen.getByRole("slider", { name: "Day in view" }).focus();
    await userEvent.keyboard("{PageDown}");
    await waitFor(() => expect(router.state.location.search).toMatchObject({ as_of: "2026-02-01" }));
  });
});

it("moves the focus with arrows and letters, and opens the panel", async () => {
  await open();
  await userEvent.click(cellOf("NP-1", 0));
  await waitFor(() => expect(cellOf("NP-1", 0)).toHaveFocus());
  await userEvent.keyboard("j{ArrowRight}");
  await waitFor(() => expect(cellOf("NP-2", 1)).toHaveFocus());
  await userEvent.keyboard("o");
  expect(await screen.findByRole("complementary", { name: "Item" })).toBeVisible();
  await userEvent.click(screen.getByRole("tab", { name: "History" }));
  expect(await screen.findByText("Vendor slipped by three weeks.")).toBeVisible();
  expect(screen.getByText("imported history")).toBeVisible();
  expect(screen.getByText("Estimate of Checkout:").closest("li")).toHaveTextContent("Estimate of Checkout: 8→became13 days");
});

it("shows every key on “?”", async () => {
  await open();
  await userEvent.keyboard("?");
  expect(await screen.findByRole("dialog", { name: "Keys" })).toHaveTextContent("Undo my last change");
});
