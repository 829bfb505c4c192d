import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { Markdown } from "./markdown";

const ANA = { handle: "ana-lima", kind: "person" as const, id: "p1", name: "Ana Lima" };
const FILE = "0197d0d2-0000-7000-8000-000000000001";

it("sets headings, lists, emphasis and links", async () => {
  render(<Markdown text={"# Why\nBecause **it pays**.\n\n- one\n- two `x`\n\n[more](https://example.com/a)"} />);
  expect(await screen.findByRole("heading", { name: "Why" })).toBeVisible();
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
  expect(screen.getByText("it pays").tagName).toBe("STRONG");
  const link = screen.getByRole("link", { name: "more" });
  expect(link).toHaveAttribute("href", "https://example.com/a");
  expect(link).toHaveAttribute("rel", "noreferrer noopener");
});

it("sets tables, tasks and code", async () => {
  render(<Markdown text={"| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n- [ ] open\n\n```\nx = 1\n```"} />);
  expect(await screen.findByRole("cell", { name: "2" })).toBeVisible();
  expect(screen.getAllByRole("checkbox").map((box) => (box as HTMLInputElement).checked)).toEqual([true, false]);
  expect(screen.getByText("x = 1").closest("pre")).not.toBeNull();
});

it("shows HTML as the text it is and leads to no script", async () => {
  const { container } = render(<Markdown text={'<img src=x onerror="alert(1)"> [go](javascript:alert(1)) [file](file:///etc/passwd)'} />);
  expect(await screen.findByText("go")).toBeVisible();
  expect(container.querySelector("img")).toBeNull();
  expect(container.querySelector("a")).toBeNull();
  expect(container).toHaveTextContent('<img src=x onerror="alert(1)">');
});

it("shows attached pictures and only links to those from elsewhere", async () => {
  const text = `![plan](attachment:${FILE}) ![theirs](https://example.com/spy.png)`;
  const { container } = render(<Markdown text={text} fileUrl={(id) => `/api/v1/attachments/${id}/content`} />);
  expect(await screen.findByRole("img", { name: "plan" })).toHaveAttribute("src", `/api/v1/attachments/${FILE}/content`);
  expect(screen.getByRole("link", { name: "theirs" })).toBeVisible();
  expect(container.querySelectorAll("img")).toHaveLength(1);
});

it("marks who is named, but not in code, in links or in addresses", async () => {
  const text = "@Ana-Lima. `@ana-lima` [@ana-lima](https://example.com) x@ana-lima @nobody";
  const { container } = render(<Markdown text={text} named={[ANA]} me="p1" />);
  expect(await screen.findByText("@Ana Lima")).toHaveAttribute("data-me");
  expect(container.querySelectorAll("[title='@ana-lima']")).toHaveLength(1);
  expect(container).toHaveTextContent("@nobody");
});
