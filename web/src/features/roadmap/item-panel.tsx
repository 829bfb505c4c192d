import { useQuery } from "@tanstack/react-query";
import { type PointerEvent, type ReactNode, useRef } from "react";
import { isPast, useHere } from "../../api/workspace";
import { formatDay } from "../../lib/dates";
import { setPreferences, usePreferences } from "../../lib/preferences";
import { t } from "../../lib/t";
import { IconButton } from "../../ui/icon-button";
import { ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import type { Column } from "./columns";
import { ItemDetails } from "./item-details";
import css from "./item-panel.module.css";
import { PastDetails } from "./past-details";
import { itemQuery } from "./queries";

const NARROWEST = 380;
const WIDEST = 860;

type Tab = "details" | "comments" | "history";
const TABS = ["details", "comments", "history"] as const;

interface Props {
  id: string;
  columns: Column[];
  tab: Tab;
  full: boolean;
  /** What people say about the item, and how much: another feature draws both. */
  comments: ReactNode;
  commentCount: ReactNode;
  /** The history of the item; another feature draws it. */
  history: ReactNode;
  onTab: (tab: Tab) => void;
  onFull: (full: boolean) => void;
  onClose: () => void;
  onOpen: (id: string) => void;
  onUndo: (changeSet: string) => void;
}

/** Everything about one item, beside the grid: never in its way, and as wide as one likes. */
export function ItemPanel({ id, columns, tab, full, comments, commentCount, history, onTab, onFull, onClose, onOpen, onUndo }: Props) {
  const { slug, lens } = useHere();
  const { panelWidth } = usePreferences();
  const item = useQuery(itemQuery(slug, id));
  const slow = useSlow(item.isPending);
  const past = isPast(lens);

  return (
    // Esc closes the panel from anywhere in it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside
      className={css.panel}
      data-wide={full || undefined}
      style={full ? undefined : { width: panelWidth }}
      aria-label={t("panel.label")}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
    >
      {!full && <Grip width={panelWidth} />}
      <header className={css.head}>
        <span className={css.ref}>{item.data?.ref ?? "\u00a0"}</span>
        {item.data?.key && <span className={css.key}>{item.data.key}</span>}
        {past && lens.as_of && <span className={css.past}>{t("past.asOf", { day: formatDay(lens.as_of) })}</span>}
        <span className={css.spacer} />
        <IconButton icon={full ? "shrink" : "expand"} label={t(full ? "panel.beside" : "panel.full")} onClick={() => onFull(!full)} />
        <IconButton icon="close" label={t("panel.close")} shortcut="Esc" onClick={onClose} />
      </header>
      <div className={css.tabs} role="tablist" aria-label={t("panel.label")}>
        {TABS.map((each, index) => (
          <button
            key={each}
            type="button"
            role="tab"
            id={`tab-${each}`}
            aria-selected={tab === each}
            aria-controls="panel-body"
            tabIndex={tab === each ? 0 : -1}
            className={css.tab}
            onClick={() => onTab(each)}
            onKeyDown={(event) => {
              const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
              const next = step && TABS[(index + step + TABS.length) % TABS.length];
              if (next) {
                onTab(next);
                document.getElementById(`tab-${next}`)?.focus();
              }
            }}
          >
            {t(`panel.${each}`)}
            {each === "comments" && commentCount}
          </button>
        ))}
      </div>
      <div id="panel-body" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={past && tab === "details" ? 0 : -1} className={css.body}>
        {tab === "history" && history}
        {tab === "comments" && comments}
        {tab === "details" && past && <PastDetails refName={item.data?.ref} columns={columns} />}
        {tab === "details" && !past && item.data && (
          <ItemDetails key={id} item={item.data} columns={columns} onOpen={onOpen} onUndo={onUndo} onDeleted={onClose} />
        )}
        {tab === "details" && !past && item.isError && <ErrorState error={item.error} onRetry={() => void item.refetch()} />}
        {tab === "details" && slow && <SkeletonLines count={12} />}
      </div>
    </aside>
  );
}

/** The left edge: dragged, or moved with the arrow keys. */
function Grip({ width }: { width: number }) {
  const start = useRef<{ x: number; width: number } | null>(null);
  const resize = (next: number) => setPreferences({ panelWidth: Math.min(WIDEST, Math.max(NARROWEST, next)) });
  function handleMove(event: PointerEvent) {
    if (start.current) resize(start.current.width + start.current.x - event.clientX);
  }
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={t("panel.resize")}
      aria-valuenow={width}
      aria-valuemin={NARROWEST}
      aria-valuemax={WIDEST}
      tabIndex={0}
      className={css.grip}
      onPointerDown={(event) => {
        start.current = { x: event.clientX, width };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={handleMove}
      onPointerUp={() => (start.current = null)}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft") resize(width + 16);
        if (event.key === "ArrowRight") resize(width - 16);
      }}
    />
  );
}
