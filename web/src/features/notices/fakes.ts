import { http, HttpResponse } from "msw";
import type { Channel, Delivery, Mark, Notice, Settings } from "./queries";

const id = (n: number) => `00000000-0000-7000-8b00-${String(n).padStart(12, "0")}`;

export const fakeNotice = (n: number, over: Partial<Notice> = {}): Notice => ({
  id: id(n), kind: "changed", entity: "item", record_id: id(100 + n), ref: `NP-${n}`, title: `Item ${n}`, path: `/roadmap?item=${id(100 + n)}`,
  first_at: "2026-11-21T09:00:00Z", last_at: "2026-11-21T09:30:00Z", happenings: 1, read: false, done: false,
  told: [
    {
      id: id(200 + n), at: "2026-11-21T09:30:00Z", actor: "Jonas Weber", text: "set health to At risk", change_set_id: id(300 + n),
      lines: [{ label: "Health", old: "On track", new: "At risk" }],
    },
  ],
  why: ["You own it."], ...over,
});

const KINDS = [
  ["mentioned", "Somebody mentions you or your team"], ["replied", "Somebody answers in a conversation of yours"],
  ["commented", "A comment on something you own or watch"], ["changed", "Something you own or watch changes"],
] as const;

export const fakeNoticeSettings: Settings = {
  kinds: KINDS.map(([key, label]) => ({ key, label, modes: { inbox: "now", mail: key === "changed" ? "digest" : "now", chat: "off" } })),
  timezone: "", digest: "daily", digest_minute: 480, digest_weekday: 0, quiet_from: null, quiet_until: null, quiet_weekends: false,
  stand_in_id: null, away_from: null, away_until: null, mail: true, chat: false,
};

/** An inbox of three lines, with a memory for what is marked and chosen while a test lasts. */
export const noticeHandlers = () => {
  const lines = [
    fakeNotice(1, { kind: "mentioned", told: fakeNotice(1).told.map((told) => ({ ...told, text: "mentioned you: “Can you look?”", lines: [] })) }),
    fakeNotice(2, { happenings: 7 }),
    fakeNotice(3, { read: true, last_at: "2026-11-20T09:30:00Z" }),
  ];
  let settings = fakeNoticeSettings;
  const channels: Channel[] = [];
  const troubles: Delivery[] = [];
  return [
    http.get("*/api/v1/notices/count", () => {
      const unread = lines.filter((line) => !line.read && !line.done);
      return HttpResponse.json({
        unread: unread.length, more: false,
        kinds: KINDS.map(([kind, label]) => ({ kind, label, unread: unread.filter((line) => line.kind === kind).length })),
      });
    }),
    http.get("*/api/v1/notices/:id/why", ({ params }) => {
      const line = lines.find((each) => each.id === params.id);
      if (!line) return HttpResponse.json({ code: "not_found", detail: "There is no such notice." }, { status: 404 });
      return HttpResponse.json({
        kind: line.kind, label: "Something you own or watch changes", reasons: line.why, muted: false, change_sets: [],
        modes: { inbox: "now", mail: "digest", chat: "off" }, sent: [{ via: "mail", state: "waiting", at: "2026-11-22T08:00:00Z", digest: true }],
      });
    }),
    http.get("*/api/v1/notices", ({ request }) => {
      const query = new URL(request.url).searchParams;
      const [show, kind] = [query.get("show"), query.get("kind")];
      const found = lines.filter((line) => line.done === (show === "done") && (show !== "unread" || !line.read) && (!kind || line.kind === kind));
      return HttpResponse.json({ notices: found, next: null });
    }),
    http.post("*/api/v1/notices/mark", async ({ request }) => {
      const { done_with, ids, kind } = (await request.json()) as Mark;
      const chosen = lines.filter((line) => (ids ? ids.includes(line.id) : !line.done) && (!kind || line.kind === kind));
      for (const line of chosen) {
        line.read = done_with !== "unread";
        line.done = done_with === "done";
      }
      return HttpResponse.json({ marked: chosen.length });
    }),
    http.get("*/api/v1/notice-settings", () => HttpResponse.json(settings)),
    http.patch("*/api/v1/notice-settings", async ({ request }) => {
      const { choices = {}, ...rest } = (await request.json()) as Partial<Settings> & { choices?: Record<string, object> };
      settings = { ...settings, ...rest, kinds: settings.kinds.map((kind) => ({ ...kind, modes: { ...kind.modes, ...choices[kind.key] } })) };
      return HttpResponse.json(settings);
    }),
    http.get("*/api/v1/notice-channels", () => HttpResponse.json(channels)),
    http.get("*/api/v1/notice-deliveries", () => HttpResponse.json(troubles)),
  ];
};
