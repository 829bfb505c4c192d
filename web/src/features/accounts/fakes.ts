import { http, HttpResponse } from "msw";
import { fakeMe, type World } from "../../testing/world";

export const accountHandlers = (_world: World) => [
  http.get("*/_allauth/browser/v1/config", () => HttpResponse.json({ status: 200, data: {} })),
  http.post("*/_allauth/browser/v1/auth/login", async ({ request }) => {
    const { password } = (await request.json()) as { password: string };
    if (password !== "trimtab") {
      return HttpResponse.json({ status: 400, errors: [{ code: "email_password_mismatch", param: "password", message: "wrong" }] }, { status: 400 });
    }
    return HttpResponse.json({ status: 200 });
  }),
  http.delete("*/_allauth/browser/v1/auth/session", () => HttpResponse.json({ status: 401 }, { status: 401 })),
  http.get("*/api/v1/demo-accounts", () =>
    HttpResponse.json([
      { email: "ana@example.com", password: "trimtab", name: "Ana Ferreira", role: "admin", workspace: "acme" },
      { email: "jonas@example.com", password: "trimtab", name: "Jonas Weber", role: "editor", workspace: "acme" },
      { email: "mei@example.com", password: "trimtab", name: "Mei Tanaka", role: "viewer", workspace: "acme" },
    ]),
  ),
  http.get("*/api/v1/me", () => HttpResponse.json(fakeMe)),
  http.get("*/api/v1/members", () =>
    HttpResponse.json([
      { id: "1", name: "Ana Ferreira", email: "ana@example.com", role: "admin" },
      { id: "2", name: "Jonas Weber", email: "jonas@example.com", role: "area_owner" },
      { id: "3", name: "Mei Tanaka", email: "mei@example.com", role: "viewer" },
    ]),
  ),
  http.get("*/api/v1/tokens", () => HttpResponse.json([])),
  http.post("*/api/v1/tokens", () => HttpResponse.json({ id: "t1", name: "Report", scope: "read", token: "tt_example" })),
];
