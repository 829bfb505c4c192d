import type { components } from "./schema";

type Schemas = components["schemas"];
export type Me = Schemas["MeOut"];
export type Config = Schemas["ConfigOut"];
export type Item = Schemas["ItemOut"];
export type ItemFields = Schemas["ItemFields"];
export type Estimate = Schemas["EstimateOut"];
export type HistoryLine = Schemas["LineOut"];
export type Operation = Schemas["OperationOut"];
export type Standing = Schemas["StandingOut"];
export type Launch = Schemas["LaunchOut"];
export type Snapshot = Schemas["SnapshotOut"];
export type Comparison = Schemas["ComparisonOut"];
export type Release = Schemas["ReleaseOut"];
export type Increment = Schemas["IncrementOut"];
export type Batch = Schemas["BatchOut"];
export type Member = Schemas["MemberOut"];
export type HeldKind = Schemas["HeldKindOut"];
export type OpenInvitation = Schemas["OpenInvitationOut"];
export type BulkLine = Schemas["BulkLineOut"];
export type FieldGroup = Schemas["FieldGroupOut"];
export type Guarded = Schemas["GuardedOut"];
export type RetentionRule = Schemas["RetentionRuleOut"];
export type Undo = Schemas["UndoOut"];
export type Field = Schemas["QueryFieldOut"];
export type Completion = Schemas["CompleteOut"];

/** Point of view of a read. A day means the end of that day in the workspace's time zone. */
export interface Lens {
  as_of?: string;
  known_on?: string;
}

export interface Timeframe {
  start: string | null;
  start_precision: string | null;
  end: string | null;
  end_precision: string | null;
}

export interface QueryRequest {
  source: "item";
  text?: string;
  filter?: unknown;
  sort?: { field: string; desc: boolean }[];
  columns: string[];
  tree?: { axis: string; under?: string | null; depth?: number; expand?: string[] };
  group?: { by: string }[];
  totals?: { fn: string; field?: string }[];
  lens?: Lens;
  compare?: "live";
  page?: { size: number; after?: string };
  count?: boolean;
}

export interface PhaseRef {
  name: string;
  category: string;
}

/** A columnar answer: one array per column, all of length `rows`, in display order. Declared by hand, as on the server. */
export interface Answer {
  source: string;
  columns: Record<string, unknown[]>;
  refs: Record<string, Record<string, string | PhaseRef>>;
  rows: number;
  count?: number | null;
  next?: string | null;
  groups?: {
    key: unknown[];
    label: (string | null)[];
    /** The group above, where the groups are a tree. */
    parent?: unknown;
    totals: Record<string, number | null>;
  }[];
  totals?: Record<string, number | null>;
  lens?: { as_of: string | null; known_on: string | null };
  warnings?: unknown[];
}

export interface QueryProblem {
  message: string;
  position: number;
  length: number;
  suggestion: string | null;
}
