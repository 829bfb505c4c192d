import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, it } from "vitest";
import { fakeMe } from "../../testing/world";
import { renderPart } from "../../testing/render";
import { server } from "../../testing/server";
import { Comments } from "./comments";
import { collabHandlers, makeComment } from "./fakes";
import { threadsOf } from "./queries";

const ABOUT = { entity: "item", id: "item-1" };
const open = (over = {}) => renderPart(<Comments about={ABOUT} onUndo={() => undefined} />, over);

it("invites to speak where nothing was said, and shows what is said", async () => {
  open();
  expect(await screen.findByText("Nothing said yet")).toBeVisible();
  const text = screen.getByRole("textbox", { name: "Comment" });
  await userEvent.type(text, "Why so late?");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByRole("article")).toHaveTextContent("Why so late?");
  expect(screen.getByRole("textbox", { name: "Comment" })).toHaveValue("");
});

it("keeps the text of a comment that was refused, and says why", async () => {
  server.use(http.post("*/api/v1/comments", () => HttpResponse.json({ code: "forbidden", detail: "Not you." }, { status: 403 })));
  open();
  await userEvent.type(await screen.findByRole("textbox", { name: "Comment" }), "Why?");
  await userEvent.click(screen.getByRole("button", { name: "Comment" }));
  expect(await screen.findByText("This was not saved")).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Comment" })).toHaveValue("Why?");
});

it("takes a name with the keyboard", async () => {
  open();
  const text = await screen.findByRole("textbox", { name: "Comment" });
  await userEvent.type(text, "Ask @me");
  await screen.findByRole("option", { name: /Mei Tanaka/ });
  await userEvent.keyboard("{Enter}");
  expect(text).toHaveValue("Ask @mei-tanaka ");
});

it("answers in the conversation, settles it and takes it up again", async () => {
  server.use(...collabHandlers([makeComment(1, { body: "Why?" })]));
  open();
  await userEvent.click(await screen.findByRole("button", { name: /^Reply to/ }));
  await userEvent.type(screen.getByRole("textbox", { name: /^Reply to/ }), "Because.");
  await userEvent.click(screen.getByRole("button", { name: "Reply" }));
  expect(await screen.findByText("Because.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Resolve" }));
  expect(await screen.findByText(/Resolved by Ana Ferreira/)).toBeVisible();
  expect(screen.queryByText("Because.")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show" }));
  await userEvent.click(screen.getByRole("button", { name: "Take up again" }));
  expect(await screen.findByRole("button", { name: "Resolve" })).toBeVisible();
});

it("lets only the author edit, and an administrator delete", async () => {
  const other = makeComment(1, { author_id: "somebody", author_name: "Mei Tanaka" });
  server.use(...collabHandlers([other]));
  open();
  await userEvent.click(await screen.findByRole("button", { name: "More about the comment by Mei Tanaka" }));
  const menu = await screen.findByRole("dialog", { name: "More about the comment by Mei Tanaka" });
  expect(within(menu).queryByRole("button", { name: "Edit" })).toBeNull();
  await userEvent.click(within(menu).getByRole("button", { name: "Delete" }));
  await waitFor(() => expect(screen.queryByRole("article")).toBeNull());
});

it("reacts once and takes it off again", async () => {
  server.use(...collabHandlers([makeComment(1)]));
  open();
  await userEvent.click(await screen.findByRole("button", { name: "React" }));
  await userEvent.click(await screen.findByRole("button", { name: "React with 👍" }));
  const mine = await screen.findByRole("button", { name: /👍, 1: Ana Ferreira\. Take yours off/ });
  expect(mine).toHaveAttribute("aria-pressed", "true");
  await userEvent.click(mine);
  await waitFor(() => expect(screen.queryByRole("button", { name: /👍, 1/ })).toBeNull());
});

it("lets a viewer read and watch, but not speak", async () => {
  server.use(...collabHandlers([makeComment(1)]));
  open({ me: { ...fakeMe, role: "viewer" }, canEdit: false });
  expect(await screen.findByRole("article")).toBeVisible();
  expect(screen.queryByRole("textbox")).toBeNull();
  await userEvent.click(await screen.findByRole("button", { name: "Watch" }));
  expect(await screen.findByRole("button", { name: "Watching" })).toHaveAttribute("aria-pressed", "true");
});

it("only shows in the past", async () => {
  server.use(...collabHandlers([makeComment(1)]));
  open({ lens: { as_of: "2026-01-01" } });
  expect(await screen.findByRole("article")).toBeVisible();
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(screen.queryByRole("button", { name: "Watch" })).toBeNull();
});

it("puts answers under what they answer", () => {
  const [first, second] = [makeComment(1), makeComment(2)];
  const answer = makeComment(3, { thread_id: first.id });
  expect(threadsOf([first, second, answer]).map(({ answers }) => answers.length)).toEqual([1, 0]);
});
