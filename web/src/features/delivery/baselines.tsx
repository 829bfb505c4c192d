import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Comparison, Snapshot } from "../../api/types";
import { isPast, useHere } from "../../api/workspace";
import { formatInstant } from "../../lib/dates";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { IconButton } from "../../ui/icon-button";
import { EmptyState, ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import css from "./delivery.module.css";
import { comparisonQuery, snapshotsQuery, useForgetBaseline, useTakeBaseline } from "./queries";

/** Named instants of the plan, the latest first; one of them is compared with today. */
export function Baselines() {
  const { slug, canEdit, lens } = useHere();
  const snapshots = useQuery(snapshotsQuery(slug));
  const slow = useSlow(snapshots.isPending);
  const [open, setOpen] = useState<string | null>(null);
  const forget = useForgetBaseline();
  if (snapshots.isError) return <ErrorState error={snapshots.error} onRetry={() => void snapshots.refetch()} />;
  if (!snapshots.data) return slow ? <SkeletonLines count={4} height={40} /> : null;
  const may = canEdit && !isPast(lens);
  return (
    <>
      {may && <TakeBaseline />}
      {snapshots.data.length === 0 && <EmptyState title={t("baseline.emptyTitle")} text={t("baseline.emptyText")} />}
      <ul className={css.list}>
        {snapshots.data.map((each: Snapshot) => (
          <li key={each.id}>
            <div className={css.row}>
              <span className={css.name}>{each.name}</span>
              <span className={css.when}>{formatInstant(each.at)}</span>
              <Button tone="quiet" aria-expanded={open === each.id} onClick={() => setOpen(open === each.id ? null : each.id)}>
                {t("baseline.compare")}
              </Button>
              {may && (
                <IconButton icon="close" label={t("baseline.delete", { name: each.name })} onClick={() => forget.mutate({ id: each.id, name: each.name })} />
              )}
            </div>
            {open === each.id && <Compared id={each.id} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function TakeBaseline() {
  const take = useTakeBaseline();
  const [name, setName] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim()) take.mutate(name.trim(), { onSuccess: () => setName("") });
  }
  return (
    <form className={css.form} onSubmit={submit}>
      <input aria-label={t("baseline.name")} placeholder={t("baseline.name")} maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Button type="submit" tone="primary" disabled={!name.trim()}>
        {t("baseline.take")}
      </Button>
    </form>
  );
}

const SHOWN = 200;

function Compared({ id }: { id: string }) {
  const { slug } = useHere();
  const comparison = useQuery(comparisonQuery(slug, id));
  const slow = useSlow(comparison.isPending);
  if (comparison.isError) return <ErrorState error={comparison.error} onRetry={() => void comparison.refetch()} />;
  if (!comparison.data) return slow ? <SkeletonLines count={6} /> : null;
  const { differences, same, truncated } = comparison.data;
  const counted = (["moved", "added", "dropped", "changed"] as const)
    .map((what) => [what, differences.filter((each) => each.what === what).length] as const)
    .filter(([, count]) => count > 0);
  return (
    <div className={css.compared}>
      <p className={css.muted}>
        {[...counted.map(([what, count]) => `${count} ${t(`baseline.what.${what}`)}`), t("baseline.same", { count: same })].join(" · ")}
      </p>
      {truncated && <p className={css.muted}>{t("baseline.truncated")}</p>}
      <ul className={css.list}>
        {differences.slice(0, SHOWN).map((each) => (
          <li key={each.id} className={css.row}>
            <span className={css.ref}>{each.ref}</span>
            <span className={css.name}>{each.title}</span>
            <span className={css.when}>{moved(each)}</span>
            <span className={css.chip} data-tone={each.what === "dropped" ? "off" : each.what === "added" ? "good" : undefined}>
              {t(each.deleted ? "baseline.what.deleted" : `baseline.what.${each.what}`)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** How far its end moved, else its start; roughly where the dates are coarse. */
function moved(each: Comparison["differences"][number]): string {
  const by = each.end ?? each.start;
  if (!by) return "";
  const days = `${by.days > 0 ? "+" : "−"}${Math.abs(by.days)}`;
  return t(by.exact ? "baseline.exact" : "baseline.roughly", { days });
}
