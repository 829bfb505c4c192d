import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useHere } from "../../api/workspace";
import { formatAgo, formatInstant } from "../../lib/dates";
import { type Message, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { EmptyState, ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import css from "./imports.module.css";
import { calls, type ImportSummary, importsQuery, useImportWrite } from "./queries";
import { usualStep } from "./steps";

/** Past imports and those under way, newest first. */
export function ImportsList() {
  const { slug, canEdit } = useHere();
  const list = useQuery(importsQuery(slug));
  const slow = useSlow(list.isPending);
  const navigate = useNavigate();
  const create = useImportWrite(calls.create, (made) =>
    void navigate({ to: "/w/$workspace/imports/$id/$step", params: { workspace: slug, id: made.id, step: "files" } }),
  );
  const begin = (
    <Button tone="primary" icon="import" disabled={create.isPending} onClick={() => create.mutate()}>
      {t("imports.new")}
    </Button>
  );
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return slow ? <SkeletonLines count={5} height={56} /> : null;
  const kept = list.data.filter((each) => each.status !== "discarded");
  if (kept.length === 0) {
    return (
      <EmptyState
        title={t("imports.emptyTitle")}
        text={canEdit ? t("imports.emptyText") : t("imports.viewOnly")}
        {...(canEdit ? { action: begin } : {})}
      />
    );
  }
  return (
    <>
      {canEdit && <div className={css.bar}>{begin}</div>}
      <ol className={css.list}>
        {kept.map((each) => (
          <Line key={each.id} of={each} />
        ))}
      </ol>
    </>
  );
}

function Line({ of }: { of: ImportSummary }) {
  const { slug } = useHere();
  const { created, updated, unchanged } = of.counts;
  return (
    <li className={css.line}>
      <div className={css.words}>
        <Link
          className={css.name ?? ""}
          to="/w/$workspace/imports/$id/$step"
          params={{ workspace: slug, id: of.id, step: usualStep(of.status) }}
        >
          {of.label || t("imports.untitled")}
        </Link>
        <p className={css.muted}>
          <time dateTime={of.created_at} title={formatInstant(of.created_at)}>
            {t("imports.by", { name: of.actor_name, when: formatAgo(of.created_at) })}
          </time>
          {of.recipe_name && ` · ${of.recipe_name}`}
          {created !== undefined && updated !== undefined && unchanged !== undefined
            ? ` · ${t("imports.counts", { created, updated, unchanged })}`
            : ""}
        </p>
      </div>
      <span className={css.status} data-status={of.status}>
        {t(`imports.status.${of.status}` as Message)}
      </span>
    </li>
  );
}
