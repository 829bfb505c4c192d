import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { renderAt } from "../../testing/render";
import { handlersFor, server } from "../../testing/server";
import { byDay } from "./days";
import { fakeNotice } from "./fakes";

async function openInbox(path = "/w/acme/inbox") {
  server.use(...handlersFor(12));
  const shown = renderAt(path);
  await screen.findByRole("link", { name: /NP-1 Item 1/ });
  return shown;
}
const line = (title: string) => screen.getByRole("link", { name: title }).closest("li") as HTMLElement;

it("tells how much is unread, and forgets it when all is read", async () => {
  await openInbox();
  expect(await screen.findByRole("link", { name: "Inbox, 2 unread" })).toBeVisible();

  await userEvent.click(screen.getByRole("button", { name: "Mark all read" }));

  expect(await screen.findByRole("link", { name: "Inbox" })).toBeVisible();
});

it("puts aside what is done, and gives it back", async () => {
  await openInbox();
  await userEvent.click(within(line("NP-1 Item 1")).getByRole("button", { name: "Done" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "NP-1 Item 1" })).toBeNull());

  await userEvent.click(within(screen.getByRole("group", { name: "Show" })).getByRole("button", { name: "Done" }));
  await screen.findByRole("link", { name: "NP-1 Item 1" });
  await userEvent.click(within(line("NP-1 Item 1")).getByRole("button", { name: "Back to the inbox" }));

  await waitFor(() => expect(screen.queryByRole("link", { name: "NP-1 Item 1" })).toBeNull());
});

it("is worked through with the keys", async () => {
  await openInbox();
  line("NP-1 Item 1").focus();
  await userEvent.keyboard("j");
  expect(line("NP-2 Item 2")).toHaveFocus();
  await userEvent.keyboard("w");
  expect(await within(line("NP-2 Item 2")).findByText("You own it.")).toBeVisible();

  await userEvent.keyboard("e");

  await waitFor(() => expect(screen.queryByRole("link", { name: "NP-2 Item 2" })).toBeNull());
  expect(line("NP-3 Item 3")).toHaveFocus();
});

it("opens the record and takes the line for read", async () => {
  const { router } = await openInbox();
  await userEvent.click(screen.getByRole("link", { name: "NP-1 Item 1" }));

  await waitFor(() => expect(router.state.location.pathname).toBe("/w/acme/roadmap"));
  expect(router.state.location.href).toContain("item=");
  expect(await screen.findByRole("link", { name: "Inbox, 1 unread" })).toBeVisible();
});

it("answers a letter's why for a line that is not on the page", async () => {
  server.use(...handlersFor(12));
  renderAt(`/w/acme/inbox?notice=${fakeNotice(1).id}`);
  expect(await screen.findByText("You own it.")).toBeVisible();
});

it("groups lines by the day of the workspace", () => {
  const at = (last_at: string) => fakeNotice(1, { last_at });
  const days = byDay([at("2026-11-21T23:30:00Z"), at("2026-11-21T10:00:00Z"), at("2026-11-20T10:00:00Z"), at("2026-11-02T10:00:00Z")], "Europe/Berlin", new Date("2026-11-22T12:00:00Z"));
  expect(days.map(({ label, notices }) => [label, notices.length])).toEqual([["Today", 1], ["Yesterday", 1], ["20 Nov 2026", 1], ["2 Nov 2026", 1]]);
});

it("writes what is chosen, cell by cell", async () => {
  server.use(...handlersFor(12));
  renderAt("/w/acme/settings/notices");
  const cell = await screen.findByRole("combobox", { name: "Something you own or watch changes, Mail" });
  expect(cell).toHaveValue("digest");

  await userEvent.selectOptions(cell, "off");

  await waitFor(() => expect(cell).toHaveValue("off"));
  expect(screen.getByRole("combobox", { name: "Something you own or watch changes, Slack or Teams" })).toBeDisabled();
});
