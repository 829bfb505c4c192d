import type { Config, HistoryLine, Item, Me } from "../api/types";

/** A made-up portfolio that answers like the server, for tests and for designing without one. */
export interface World {
  items: Item[];
  history: Map<string, HistoryLine[]>;
  changeSets: number;
}

const uuid = (kind: number, n: number) => `00000000-0000-7000-8${kind}00-${n.toString(16).padStart(12, "0")}`;
const TEAMS = ["Checkout", "Identity", "Search", "Ledger", "Mobile", "Platform", "Growth", "Data", "Partner API", "Risk", "Support tools", "Insights"];
const PEOPLE = ["Ana Ferreira", "Jonas Weber", "Mei Tanaka", "Samuel Okafor", "Priya Raman", "Lucía Ortega", "Tom Becker", "Ingrid Dahl", "Omar Haddad", "Grace Kim"];
const AREAS = ["Payments", "Accounts", "Insights", "Platform"];
const SUBJECTS = ["instant payouts", "passkey sign-in", "saved searches", "multi-currency ledger", "offline mode", "self-serve onboarding", "usage-based billing", "fraud signals", "partner webhooks", "audit exports", "live dashboards", "dispute handling"];
const VERBS = ["Launch", "Rebuild", "Extend", "Simplify", "Migrate", "Open up", "Speed up", "Retire"];
const THEMES: [string, string][] = [["growth", "Growth"], ["trust", "Trust"], ["efficiency", "Efficiency"]];

export const fakeMe: Me = {
  user: { id: uuid(0, 1), email: "ana@example.com", name: "Ana Ferreira" },
  workspaces: [
    { slug: "acme", name: "Northwind Pay", role: "admin" },
    { slug: "kubernetes", name: "Kubernetes enhancements", role: "viewer" },
  ],
  workspace: null,
  role: "admin",
  person_id: uuid(3, 0),
};

type Category = Config["phases"][number]["category"];
const PHASES: [string, Category][] = [["Idea", "todo"], ["Discovery", "todo"], ["Building", "doing"], ["Rolling out", "doing"], ["Done", "done"], ["Dropped", "cancelled"]];

export const fakeConfig: Config = {
  workspace: {
    slug: "acme", name: "Northwind Pay", prefix: "NP", timezone: "Europe/Berlin", currency: "EUR",
    fiscal: { start_month: 1, pattern: "calendar", increment_weeks: null, increment_from: null }, benefit_unit: "pts", version: 1,
  },
  levels: ["Bet", "Initiative", "Feature", "Work item"].map((name, n) => ({ id: uuid(1, n), key: name.toLowerCase().replace(" ", "_"), name, rank: 3 - n, version: 1 })),
  tracks: [
    { id: uuid(9, 0), key: "delivery", name: "Delivery", primary: true, position: 0, version: 1 },
    { id: uuid(9, 1), key: "gtm", name: "Go-to-market", primary: false, position: 1, version: 1 },
  ],
  phases: [
    ...PHASES.map(([name, category], n) => ({ id: uuid(2, n), key: name.toLowerCase(), name, category, track_id: uuid(9, 0), position: n, needs_review: false, version: 1 })),
    ...["Not started", "Messaging", "Ready"].map((name, n) => ({
      id: uuid(2, 20 + n), key: name.toLowerCase(), name, category: (["todo", "doing", "done"] as const)[n] ?? "todo", track_id: uuid(9, 1), position: n, needs_review: false, version: 1,
    })),
  ],
  areas: AREAS.map((name, n) => ({ id: uuid(4, n), name, parent_id: null, owner_id: null, rank: "m", version: 1 })),
  teams: TEAMS.map((name, n) => ({ id: uuid(5, n), key: name.toLowerCase(), name, parent_id: null })),
  people: PEOPLE.map((name, n) => ({ id: uuid(3, n), name, email: `${name.split(" ")[0]?.toLowerCase()}@example.com`, active: true })),
  dimensions: [{ id: uuid(6, 90), key: "theme", name: "Theme", multiple: false, position: 0, version: 1, values: THEMES.map(([key, name], n) => ({ id: uuid(6, n), key, name, color: "", dimension_id: uuid(6, 90), position: n, target_share: null, version: 1 })) }],
  custom_fields: [{ id: uuid(7, 0), key: "region", name: "Region", entity: "item", type: "choice", options: [{ key: "emea", name: "EMEA" }, { key: "amer", name: "Americas" }], unit: "", confidential: false, indexed: false, position: 0, version: 1, formula: "", rolls_up: null }],
  releases: [], layouts: [], freshness_rules: [], increments: [],
  hidden: [],
};

function random(seed: number) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

const NOTHING_BELOW: Item["rolled"] = {
  effort: null, start_on: null, start_precision: null, end_on: null, end_precision: null, progress: null, health: null, children: 0,
  missing: { effort: 0, dates: 0, health: 0 },
};

export function makeItem(n: number, over: Partial<Item> = {}): Item {
  return {
    id: uuid(8, n), ref: `NP-${n}`, key: null, version: 1, rank: String(n).padStart(6, "0"),
    created_at: "2025-06-02T08:00:00Z", updated_at: "2026-11-20T14:12:00Z",
    title: `Item ${n}`, description: "", description_version: 0, level_id: uuid(1, 2), area_id: null, parent_id: null, phase_id: uuid(2, 0),
    owner_id: null, team_id: null, start_on: null, start_precision: null, end_on: null, end_precision: null,
    health: null, health_note: null, benefit: null, horizon: null, tags: [], release_id: null, progress: null,
    dimensions: {}, custom: {}, review: null, estimates: [], dependencies: [], relations: [], increment_ids: [], launch_ids: [], phases: [], rolled: NOTHING_BELOW,
    ...over,
  };
}

export function makeWorld(count: number): World {
  const next = random(11);
  const pick = <T,>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const items: Item[] = [];
  const parents: (string | null)[] = [null, null, null, null];
  for (let n = 1; n <= count; n += 1) {
    const level = n % 64 === 1 ? 0 : n % 16 === 1 ? 1 : n % 4 === 1 ? 2 : 3;
    const quarter = Math.floor(next() * 8);
    const start = new Date(Date.UTC(2026, quarter * 3, 1)).toISOString().slice(0, 10);
    const end = new Date(Date.UTC(2026, quarter * 3 + 3, 0)).toISOString().slice(0, 10);
    const timed = next() < 0.75;
    const likely = Math.round(4 + next() * 40);
    const item = makeItem(n, {
      title: level === 0 ? `${pick(VERBS)} ${pick(SUBJECTS)} everywhere` : `${pick(VERBS)} ${pick(SUBJECTS)}`,
      description: "Customers tell us that **this is the step where they give up**.\n\n- Measure the drop-off\n- Try two shorter flows\n- Keep the old one behind a switch\n\nSee https://example.com/research for the interviews.",
      level_id: uuid(1, level), parent_id: level === 0 ? null : (parents[level - 1] ?? null),
      area_id: uuid(4, Math.floor(n / 64) % AREAS.length), phase_id: uuid(2, Math.floor(next() * PHASES.length)),
      owner_id: next() < 0.85 ? uuid(3, Math.floor(next() * PEOPLE.length)) : null, team_id: next() < 0.9 ? uuid(5, Math.floor(next() * TEAMS.length)) : null,
      ...(timed ? { start_on: start, start_precision: "quarter", end_on: end, end_precision: "quarter" } : next() < 0.4 ? { start_precision: "later", end_precision: "later" } : {}),
      health: next() < 0.85 ? pick(["on_track", "on_track", "at_risk", "off_track", "unknown"]) : null,
      benefit: next() < 0.6 ? Math.round(next() * 900) : null, progress: next() < 0.3 ? Math.round(next() * 100) : null,
      tags: next() < 0.3 ? ["beta"] : [], dimensions: { theme: next() < 0.8 ? [uuid(6, Math.floor(next() * 3))] : [] },
      custom: { region: next() < 0.5 ? "emea" : null },
      estimates: level >= 2 && next() < 0.7 ? [{ team_id: uuid(5, 0), low: likely - 3, likely, high: likely + 8 }] : [],
      rolled: level < 3 ? { effort: likely * 4, start_on: start, start_precision: "quarter", end_on: end, end_precision: "quarter", progress: 40, health: "at_risk", children: 3, missing: { effort: 1, dates: 0, health: 0 } } : NOTHING_BELOW,
    });
    parents[level] = item.id;
    items.push(item);
  }
  return { items, history: new Map(), changeSets: 0 };
}
