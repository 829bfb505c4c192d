import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, it, vi } from "vitest";
import { renderPart } from "../../testing/render";
import { server } from "../../testing/server";
import { SignIn } from "./sign-in";

async function fill(password: string) {
  await userEvent.type(screen.getByLabelText("E-mail"), "ana@example.com");
  await userEvent.type(screen.getByLabelText("Password"), password);
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

it("lets somebody in", async () => {
  const handleDone = vi.fn();
  renderPart(<SignIn onDone={handleDone} />);
  await fill("trimtab");
  await waitFor(() => expect(handleDone).toHaveBeenCalledOnce());
});

it("says what is wrong in plain words and keeps the e-mail", async () => {
  renderPart(<SignIn onDone={() => expect.unreachable()} />);
  await fill("wrong");
  expect(await screen.findByRole("alert")).toHaveTextContent("do not belong together");
  expect(screen.getByLabelText("E-mail")).toHaveValue("ana@example.com");
});

it("asks to wait after too many attempts", async () => {
  server.use(
    http.post("*/_allauth/browser/v1/auth/login", () =>
      HttpResponse.json({ errors: [{ code: "too_many_login_attempts", message: "x" }] }, { status: 400 }),
    ),
  );
  renderPart(<SignIn onDone={() => expect.unreachable()} />);
  await fill("trimtab");
  expect(await screen.findByRole("alert")).toHaveTextContent("Too many attempts");
});

it("offers the sample sign-ins of a demonstration, and none elsewhere", async () => {
  const handleDone = vi.fn();
  const { unmount } = renderPart(<SignIn onDone={handleDone} />);
  await userEvent.click(await screen.findByRole("button", { name: /Jonas Weber/ }));
  await waitFor(() => expect(handleDone).toHaveBeenCalledOnce());
  unmount();

  server.use(http.get("*/api/v1/demo-accounts", () => HttpResponse.json({ code: "not_found" }, { status: 404 })));
  renderPart(<SignIn onDone={handleDone} />);
  await waitFor(() => expect(screen.queryByText("Sample sign-ins")).not.toBeInTheDocument());
});
