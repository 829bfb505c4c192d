import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { Markdown } from "./markdown";

it("sets headings, lists, emphasis and links", () => {
  render(<Markdown text={"# Why\nBecause **it pays**.\n\n- one\n- two `x`\n\n[more](https://example.com/a)"} />);
  expect(screen.getByRole("heading", { name: "Why" })).toBeVisible();
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
  expect(screen.getByText("it pays").tagName).toBe("STRONG");
  expect(screen.getByRole("link", { name: "more" })).toHaveAttribute("href", "https://example.com/a");
});

it("shows HTML and script links as the text they are", () => {
  const { container } = render(<Markdown text={'<img src=x onerror="alert(1)"> [go](javascript:alert(1))'} />);
  expect(container.querySelector("img")).toBeNull();
  expect(container.querySelector("a")).toBeNull();
  expect(container).toHaveTextContent("javascript:alert(1)");
});
