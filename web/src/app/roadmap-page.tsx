import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMediaQuery } from "@mantine/hooks";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ApiError } from "../api/client";
import type { Config, Field, QueryProblem } from "../api/types";
import { isPast, useHere } from "../api/workspace";
import { FilterBar, type FilterBarHandle } from "../features/core/filter-bar";
import { CommentCount, Comments } from "../features/collab/comments";
import { HistoryLines } from "../features/core/history-lines";
import { fieldsQuery, useUndo } from "../features/core/queries";
import { ExportMenu } from "../features/exports/export-menu";
import { Cards } from "../features/roadmap/cards";
import { type Column, chosenColumns, columnsOf } from "../features/roadmap/columns";
import { CreateItem } from "../features/roadmap/create-item";
import { useEditItem } from "../features/roadmap/edits";
import { Grid } from "../features/roadmap/grid";
import { ItemPanel } from "../features/roadmap/item-panel";
import { tellPart } from "../features/roadmap/part-history";
import { type ItemRow, cell } from "../features/roadmap/rows";
import { useRows } from "../features/roadmap/use-rows";
import { inWords } from "../features/roadmap/values";
import { ViewMenus } from "../features/roadmap/view-menus";
import { useGlobalKeys } from "../lib/keys";
import { ROW_HEIGHT, usePreferences } from "../lib/preferences";
import { plural, t } from "../lib/t";
import { nextSort, readSort, type ViewChange, type ViewSearch, withChanges, writeSort } from "../lib/view";
import { Button } from "../ui/button";
import { EmptyState, ErrorState, SkeletonLines, useSlow } from "../ui/states";
import css from "./roadmap-page.module.css";

const NO_FIELDS: Field[] = [];
const NO_PROBLEMS: QueryProblem[] = [];

/** The roadmap: filter, arrange, read and edit every item, today or as it stood. */
export function RoadmapPage() {
  const { slug, config, lens, canEdit } = useHere();
  const view = useSearch({ from: "/w/$workspace" });
  const navigate = useNavigate();
  const phone = useMediaQuery("(max-width: 720px)") ?? false;
  const { density } = usePreferences();
  const fields = useQuery(fieldsQuery(slug)).data ?? NO_FIELDS;
  const columns = useMemo(() => columnsOf(fields, config), [fields, config]);
  const chosen = useMemo(() => chosenColumns(columns, view.cols), [columns, view.cols]);
  const filter = useRef<FilterBarHandle>(null);
  const [creating, setCreating] = useState(false);

  const change = useCallback(
    (changes: ViewChange, replace = false) =>
      void navigate({ to: ".", replace, search: (before) => withChanges(before, changes) }),
    [navigate],
  );
  const rowView = useRowView(view);
  const rows = useRows(rowView, chosen);
  const { mutate: undo } = useUndo();
  const undoChangeSet = useCallback((id: string) => undo({ kind: "change-set", id }), [undo]);
  const edit = useEditItem(undoChangeSet);
  const handleEdit = (row: ItemRow, column: Column, value: unknown) =>
    edit.mutate({
      id: row.id,
      version: Number(cell(row, "version")),
      column: column.name,
      label: column.label,
      value,
      before: cell(row, column.name) ?? null,
    });
  const open = (item: string | undefined) => change({ item, ...(item ? {} : { full: undefined, tab: undefined }) });

  useGlobalKeys({
    filter: () => filter.current?.focus(),
    create: () => canEdit && setCreating(true),
  });
  const problems = useMemo(() => problemsOf(rows.error), [rows.error]);
  const slow = useSlow(rows.loading && rows.rows.length === 0);
  const selectedRow = rows.rows.find((row): row is ItemRow => row.kind === "item" && row.id === view.item);
  const wide = view.full === "1" && view.item !== undefined;
  const shownError = rows.error && problems.length === 0 ? rows.error : null;

  useTitle(selectedRow ? `${String(cell(selectedRow, "title"))} · ${config.workspace.name}` : `${t("nav.roadmap")} · ${config.workspace.name}`);

  return (
    <div className={css.page}>
      <h1 className="visually-hidden">{t("nav.roadmap")}</h1>
      {!wide && (
        <div className={css.list}>
          <div className={css.tools}>
            <FilterBar ref={filter} text={view.q ?? ""} problems={problems} onChange={(q) => change({ q }, true)} />
            <ViewMenus view={view} fields={fields} columns={columns} chosen={chosen} onChange={change} />
            <ExportMenu view={rowView} columns={chosen.map((column) => column.name)} count={rows.count} />
            {canEdit && (
              <Button tone="primary" icon="plus" className={css.create ?? ""} aria-label={t("create.label")} title={t("keys.create")} onClick={() => setCreating(true)}>
                <span className={css.createWord}>{t("create.new")}</span>
              </Button>
            )}
          </div>
          {creating && canEdit && (
            <CreateItem
              parent={parentOf(selectedRow)}
              onUndo={undoChangeSet}
              onCreated={(id) => open(id)}
              onClose={() => setCreating(false)}
            />
          )}
          {shownError && rows.rows.length === 0 && <ErrorState error={shownError} onRetry={rows.retry} />}
          {!shownError && slow && <SkeletonLines count={20} height={ROW_HEIGHT[density]} />}
          {!shownError && !rows.loading && rows.rows.length === 0 && problems.length === 0 && (
            <Nothing filtered={view.q !== undefined} canEdit={canEdit} onClear={() => change({ q: "" })} onCreate={() => setCreating(true)} />
          )}
          {rows.rows.length > 0 && chosen.length > 0 && (
            <div className={css.rows} aria-busy={rows.loading}>
              {phone ? (
                <Cards rows={rows.rows} columns={columns} config={config} onToggle={rows.toggle} onOpen={(row) => open(row.id)} onReach={rows.reach} />
              ) : (
                <Grid
                  rows={rows.rows}
                  columns={chosen}
                  config={config}
                  rowHeight={ROW_HEIGHT[density]}
                  sort={readSort(view.sort)}
                  selectedId={view.item}
                  readOnly={!canEdit}
                  flash={rows.flash}
                  onSort={(field, add) => change({ sort: writeSort(nextSort(readSort(view.sort), field, add)) })}
                  onToggle={rows.toggle}
                  onOpen={(row) => open(row.id)}
                  onClosePanel={() => open(undefined)}
                  onEdit={handleEdit}
                  onReach={rows.reach}
                />
              )}
            </div>
          )}
          <p className={css.status} role="status">
            {rows.count !== null && plural("grid.countOne", "grid.countMany", rows.count)}
            {isPast(lens) && rows.count !== null && ` · ${plural("past.differOne", "past.differMany", rows.differing)}`}
          </p>
        </div>
      )}
      {view.item && (
        <ItemPanel
          id={view.item}
          columns={columns}
          tab={view.tab ?? "details"}
          full={view.full === "1"}
          onTab={(tab) => change({ tab: tab === "details" ? undefined : tab }, true)}
          onFull={(full) => change({ full: full ? "1" : undefined })}
          onClose={() => open(undefined)}
          onOpen={(id) => open(id)}
          onUndo={undoChangeSet}
          comments={<Comments key={view.item} about={{ entity: "item", id: view.item }} onUndo={undoChangeSet} />}
          commentCount={<CommentCount about={{ entity: "item", id: view.item }} />}
          history={
            <HistoryLines
              entity="item"
              id={view.item}
              labelOf={(field) => labelOf(field, columns, config.custom_fields)}
              wordsOf={(field, value) => wordsOf(field, value, config)}
              tellPart={(line) => tellPart(line, view.item ?? "")}
            />
          }
        />
      )}
    </div>
  );
}

/** The parts of the address that the rows depend on: opening an item must not ask for them again. */
function useRowView({ q, sort, tree, group }: ViewSearch): ViewSearch {
  return useMemo(
    () => ({ ...(q ? { q } : {}), ...(sort ? { sort } : {}), ...(tree ? { tree } : {}), ...(group ? { group } : {}) }),
    [q, sort, tree, group],
  );
}

function problemsOf(error: Error | null): QueryProblem[] {
  if (!(error instanceof ApiError) || error.code !== "query_invalid") return NO_PROBLEMS;
  return (error.extra.problems as QueryProblem[] | undefined) ?? NO_PROBLEMS;
}

function parentOf(row: ItemRow | undefined) {
  if (!row) return null;
  const levelId = cell(row, "level");
  return { id: row.id, title: String(cell(row, "title")), levelId: String(levelId ?? "") };
}

/** History names fields as the database does; people read the column's name. */
function labelOf(field: string, columns: Column[], custom: { id: string; name: string }[]): string {
  const name = field.replace(/^custom\./, "");
  const own = custom.find((each) => each.id === name);
  if (own) return own.name;
  const plain = name.replace(/_(id|on|at)$/, "").replace("_", ".");
  return columns.find((column) => column.name === plain)?.label ?? sentence(name.replace(/_(id|on|at)$/, "").replaceAll("_", " "));
}

/** The words for a value that is one of a few; null where it speaks for itself. */
function wordsOf(field: string, value: unknown, config: Config): string | null {
  if (field === "health" || field === "horizon") return inWords(config, field, value);
  const own = config.custom_fields.find((each) => field === `custom.${each.id}`);
  return own && own.options.length > 0 ? inWords(config, own.key, value) : null;
}

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

function useTitle(title: string) {
  useEffect(() => {
    document.title = title;
  }, [title]);
}

interface NothingProps {
  filtered: boolean;
  canEdit: boolean;
  onClear: () => void;
  onCreate: () => void;
}

function Nothing({ filtered, canEdit, onClear, onCreate }: NothingProps) {
  if (filtered) {
    return (
      <EmptyState title={t("grid.noMatchTitle")} text={t("grid.noMatchText")} action={<Button onClick={onClear}>{t("filter.clear")}</Button>} />
    );
  }
  const action = canEdit ? (
    <Button tone="primary" onClick={onCreate}>
      {t("grid.emptyAction")}
    </Button>
  ) : undefined;
  return <EmptyState title={t("grid.emptyTitle")} text={t("grid.emptyText")} action={action} />;
}
