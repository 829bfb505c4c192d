// Written by hand until ../openapi.json exists; then `npm run gen:types` replaces this file.
type Json<T> = { content: { "application/json": T } };
interface Read<Out, Path = undefined, Query = undefined> {
  parameters: {
    query?: Query extends undefined ? never : Query;
    header?: never;
    path?: Path extends undefined ? never : Path;
    cookie?: never;
  };
  requestBody?: never;
  responses: { 200: Json<Out> };
}
interface Write<Out, In, Path = undefined> {
  parameters: { query?: never; header?: never; path?: Path extends undefined ? never : Path; cookie?: never };
  requestBody: Json<In>;
  responses: { 200: Json<Out> };
}
type Uuid = string;

export interface components {
  schemas: {
    MeOut: {
      user: { id: Uuid; email: string; name: string };
      workspaces: { slug: string; name: string; role: string }[];
      workspace: { slug: string; name: string } | null;
      role: string | null;
      person_id: Uuid | null;
    };
    ConfigOut: {
      workspace: {
        slug: string;
        name: string;
        prefix: string;
        timezone: string;
        currency: string;
        fiscal: { start_month: number; pattern: string };
        benefit_unit: string;
      };
      levels: { id: Uuid; key: string; name: string; rank: number }[];
      tracks: { id: Uuid; key: string; name: string; primary: boolean }[];
      phases: {
        id: Uuid;
        key: string;
        name: string;
        category: string;
        track_id: Uuid;
        position: number;
        needs_review: boolean;
      }[];
      areas: { id: Uuid; name: string; parent_id: Uuid | null }[];
      teams: { id: Uuid; key: string; name: string; parent_id: Uuid | null }[];
      people: { id: Uuid; name: string; email: string | null }[];
      dimensions: {
        id: Uuid;
        key: string;
        name: string;
        values: { id: Uuid; key: string; name: string; color: string | null }[];
      }[];
      custom_fields: {
        id: Uuid;
        key: string;
        name: string;
        entity: string;
        type: string;
        options: { key: string; label: string }[];
        unit: string | null;
      }[];
      releases: { id: Uuid; name: string; on: string | null }[];
    };
    EstimateOut: { team_id: Uuid; low: number | null; likely: number | null; high: number | null };
    DependencyOut: {
      id: Uuid;
      from_id: Uuid;
      to_id: Uuid;
      type: string;
      lag_days: number;
      needed_by: string | null;
      promised_by: string | null;
      state: string;
    };
    RelationOut: { id: Uuid; from_id: Uuid; to_id: Uuid; type: string };
    ItemOut: {
      id: Uuid;
      ref: string;
      key: string | null;
      version: number;
      rank: string;
      created_at: string;
      updated_at: string;
      title: string;
      description: string;
      level_id: Uuid;
      area_id: Uuid | null;
      parent_id: Uuid | null;
      phase_id: Uuid;
      owner_id: Uuid | null;
      team_id: Uuid | null;
      start_on: string | null;
      start_precision: string | null;
      end_on: string | null;
      end_precision: string | null;
      health: string | null;
      health_note: string | null;
      benefit: number | null;
      horizon: string | null;
      tags: string[];
      release_id: Uuid | null;
      progress: number | null;
      dimensions: { [key: string]: Uuid[] };
      custom: { [key: string]: unknown };
      review: unknown;
      estimates: components["schemas"]["EstimateOut"][];
      dependencies: components["schemas"]["DependencyOut"][];
      relations: components["schemas"]["RelationOut"][];
      phases: { track_id: Uuid; phase_id: Uuid }[];
      rolled: {
        effort: number | null;
        start_on: string | null;
        start_precision: string | null;
        end_on: string | null;
        end_precision: string | null;
        progress: number | null;
        health: string | null;
        children: number;
        missing: number;
      } | null;
    };
    ItemPatch: { version: number; set: { [field: string]: unknown } };
    HistoryLineOut: {
      seq: number;
      at: string;
      recorded_at: string;
      op: string;
      fields: { [field: string]: { old: unknown; new: unknown; old_label: string | null; new_label: string | null } };
      actor: { kind: string; name: string | null };
      origin: string;
      cause: { [key: string]: unknown } | null;
      note: string;
      batch_id: Uuid | null;
      change_set_id: Uuid;
      undone: boolean;
    };
    BatchOut: {
      id: Uuid;
      kind: string;
      label: string;
      actor_name: string | null;
      opened_at: string;
      undone_at: string | null;
      undone_by: Uuid | null;
      undoes: Uuid | null;
      changes: number;
    };
    UndoOut: { batch_id: Uuid; restored: number; refused: { [key: string]: unknown }[] };
    FieldOut: {
      name: string;
      label: string;
      type: string;
      operators: string[];
      sortable: boolean;
      groupable: boolean;
      totals: string[];
      custom: boolean;
      options: { key: string; label: string }[];
    };
    CompleteOut: { from: number; to: number; items: { text: string; label: string; kind: string }[] };
    TokenOut: {
      id: Uuid;
      name: string;
      scope: string;
      created_at: string;
      expires_at: string | null;
      last_used_at: string | null;
      token?: string;
    };
    MemberOut: { id: Uuid; name: string; email: string; role: string };
  };
}
type S = components["schemas"];

export interface paths {
  "/api/v1/me": { get: Read<S["MeOut"]> };
  "/api/v1/config": { get: Read<S["ConfigOut"]> };
  "/api/v1/demo-accounts": { get: Read<{ accounts: { email: string; password: string; name: string; role: string }[] }> };
  "/api/v1/query": { post: Write<{ [key: string]: unknown }, { [key: string]: unknown }> };
  "/api/v1/query/fields": { get: Read<S["FieldOut"][], undefined, { source: string }> };
  "/api/v1/query/complete": { post: Write<S["CompleteOut"], { source: string; text: string; cursor: number }> };
  "/api/v1/items": { post: Write<S["ItemOut"], { [field: string]: unknown }> };
  "/api/v1/items/{item_id}": {
    get: Read<S["ItemOut"], { item_id: Uuid }>;
    patch: Write<S["ItemOut"], S["ItemPatch"], { item_id: Uuid }>;
    delete: Read<unknown, { item_id: Uuid }>;
  };
  "/api/v1/items/{item_id}/estimates": {
    put: Write<S["ItemOut"], { estimates: S["EstimateOut"][] }, { item_id: Uuid }>;
  };
  "/api/v1/items/{item_id}/phases": {
    put: Write<S["ItemOut"], { track_id: Uuid; phase_id: Uuid }, { item_id: Uuid }>;
  };
  "/api/v1/dependencies": { post: Write<S["DependencyOut"], { [field: string]: unknown }> };
  "/api/v1/dependencies/{dependency_id}": { delete: Read<unknown, { dependency_id: Uuid }> };
  "/api/v1/relations": { post: Write<S["RelationOut"], { [field: string]: unknown }> };
  "/api/v1/relations/{relation_id}": { delete: Read<unknown, { relation_id: Uuid }> };
  "/api/v1/history": {
    get: Read<
      { lines: S["HistoryLineOut"][]; next: number | null },
      undefined,
      { entity: string; id: Uuid; before?: number }
    >;
  };
  "/api/v1/history/days": {
    get: Read<
      { days: { day: string; changes: number }[]; first: string | null },
      undefined,
      { from?: string; to?: string }
    >;
  };
  "/api/v1/batches": { get: Read<{ batches: S["BatchOut"][] }> };
  "/api/v1/batches/{batch_id}/undo": { post: Read<S["UndoOut"], { batch_id: Uuid }> };
  "/api/v1/change-sets/{change_set_id}/undo": { post: Read<S["UndoOut"], { change_set_id: Uuid }> };
  "/api/v1/tokens": {
    get: Read<S["TokenOut"][]>;
    post: Write<S["TokenOut"], { name: string; scope: string }>;
  };
  "/api/v1/tokens/{token_id}": { delete: Read<unknown, { token_id: Uuid }> };
  "/api/v1/members": { get: Read<S["MemberOut"][]> };
}
