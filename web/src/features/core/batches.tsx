import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Batch } from "../../api/types";
import { useHere } from "../../api/workspace";
import { formatAgo, formatInstant } from "../../lib/dates";
import { type Message, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { EmptyState, ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import css from "./batches.module.css";
import { batchesQuery, useUndo } from "./queries";

const KINDS: Record<string, Message> = {
  import: "batch.import", sync: "batch.sync", undo: "batch.undo", sample: "batch.sample", bulk: "batch.bulk",
};

/** Changes that were made together, newest first; each can be taken back as one. */
export function Batches() {
  const { slug, canEdit } = useHere();
  const batches = useQuery(batchesQuery(slug));
  const slow = useSlow(batches.isPending);
  const undo = useUndo();
  const [asked, setAsked] = useState<Batch | null>(null);
  if (batches.isError) return <ErrorState error={batches.error} onRetry={() => void batches.refetch()} />;
  if (!batches.data) return slow ? <SkeletonLines count={6} height={56} /> : null;
  const list = batches.data;
  if (list.length === 0) return <EmptyState title={t("batch.emptyTitle")} text={t("batch.emptyText")} />;
  return (
    <>
      <ol className={css.list}>
        {list.map((batch) => (
          <li key={batch.id} className={css.batch} data-undone={batch.undone_at !== null || undefined}>
            <div className={css.words}>
              <p className={css.label}>{batch.label || t(KINDS[batch.kind] ?? "batch.other")}</p>
              <p className={css.by}>
                {t(KINDS[batch.kind] ?? "batch.other")} · {batch.actor_name || t("history.unknownActor")} ·{" "}
                <time dateTime={batch.opened_at} title={formatInstant(batch.opened_at)}>
                  {formatAgo(batch.opened_at)}
                </time>
              </p>
            </div>
            {batch.undone_at ? (
              <span className={css.undone}>{t("batch.undone", { when: formatAgo(batch.undone_at) })}</span>
            ) : (
              canEdit && (
                <Button icon="undo" onClick={() => setAsked(batch)} disabled={undo.isPending}>
                  {t("batch.undoIt")}
                </Button>
              )
            )}
          </li>
        ))}
      </ol>
      {asked && (
      <Dialog title={t("batch.askTitle")} onClose={() => setAsked(null)}>
        <p className={css.ask}>{t("batch.askText", { label: asked.label })}</p>
        <div className={css.buttons}>
          <Button onClick={() => setAsked(null)}>{t("action.cancel")}</Button>
          <Button
            tone="primary"
            onClick={() => {
              undo.mutate({ kind: "batch", id: asked.id });
              setAsked(null);
            }}
          >
            {t("batch.undoIt")}
          </Button>
        </div>
      </Dialog>
      )}
    </>
  );
}
