import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it, vi } from "vitest";
import { renderPart } from "../../testing/render";
import { FilterBar } from "./filter-bar";

const filter = () => screen.getByRole("textbox", { name: "Filter" });

it("asks once typing pauses, not at every letter", async () => {
  const handleChange = vi.fn();
  renderPart(<FilterBar text="" problems={[]} onChange={handleChange} />);
  for (const text of ["p", "pay", "payouts"]) fireEvent.change(filter(), { target: { value: text } });
  await waitFor(() => expect(handleChange).toHaveBeenCalledWith("payouts"));
  expect(handleChange).toHaveBeenCalledTimes(1);
});

it("completes fields and values with the keyboard", async () => {
  renderPart(<FilterBar text="" problems={[]} onChange={() => undefined} />);
  await userEvent.type(filter(), "heal");
  expect(await screen.findByRole("option", { name: /health:/ })).toBeVisible();
  await userEvent.keyboard("{ArrowDown}{Enter}");
  expect(filter()).toHaveValue("health:");
  expect(await screen.findByRole("option", { name: /at risk/ })).toBeVisible();
});

it("points at the character and mends it on request", async () => {
  const problems = [{ message: "There is no field healht.", position: 0, length: 6, suggestion: "health" }];
  renderPart(<FilterBar text="healht:at_risk" problems={problems} onChange={() => undefined} />);
  expect(await screen.findByText(/at character 1/)).toBeVisible();
  expect(filter()).toHaveAttribute("aria-invalid", "true");
  await userEvent.click(screen.getByRole("button", { name: "Use health" }));
  expect(filter()).toHaveValue("health:at_risk");
});

it("keeps what is being typed until the address follows, then follows the address", async () => {
  function Page() {
    const [text, setText] = useState("");
    return (
      <>
        <FilterBar text={text} problems={[]} onChange={() => window.setTimeout(() => setText("late"), 300)} />
        <button type="button" onClick={() => setText("from a link")}>
          link
        </button>
      </>
    );
  }
  renderPart(<Page />);
  await userEvent.type(filter(), "late");
  await waitFor(() => expect(filter()).toHaveValue("late"));
  await userEvent.click(screen.getByRole("button", { name: "link" }));
  expect(filter()).toHaveValue("from a link");
});

it("clears", async () => {
  const handleChange = vi.fn();
  renderPart(<FilterBar text="payouts" problems={[]} onChange={handleChange} />);
  await userEvent.click(screen.getByRole("button", { name: "Clear filter" }));
  expect(handleChange).toHaveBeenCalledWith("");
});
