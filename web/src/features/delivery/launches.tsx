import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Launch } from "../../api/types";
import { isPast, useHere } from "../../api/workspace";
import { formatDay } from "../../lib/dates";
import { Markdown } from "../../lib/markdown";
import { t } from "../../lib/t";
import { formatTimeframe } from "../../lib/timeframe";
import { Button } from "../../ui/button";
import { EmptyState, ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import css from "./delivery.module.css";
import { launchesQuery, useConfirmReady, useCreateLaunch, useDecideLaunch, useTickCheck } from "./queries";

/** What goes to market, the soonest first: the checklist, who is ready, go or no-go. */
export function Launches() {
  const { slug, canEdit, lens } = useHere();
  const launches = useQuery(launchesQuery(slug));
  const slow = useSlow(launches.isPending);
  if (launches.isError) return <ErrorState error={launches.error} onRetry={() => void launches.refetch()} />;
  if (!launches.data) return slow ? <SkeletonLines count={4} height={56} /> : null;
  return (
    <>
      {canEdit && !isPast(lens) && <NewLaunch />}
      {launches.data.length === 0 && <EmptyState title={t("launch.emptyTitle")} text={t("launch.emptyText")} />}
      {launches.data.map((each) => (
        <Card key={each.id} launch={each} canEdit={canEdit && !isPast(lens)} />
      ))}
    </>
  );
}

function NewLaunch() {
  const create = useCreateLaunch();
  const [name, setName] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim()) create.mutate(name.trim(), { onSuccess: () => setName("") });
  }
  return (
    <form className={css.form} onSubmit={submit}>
      <input aria-label={t("launch.name")} placeholder={t("launch.name")} maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Button type="submit" tone="primary" disabled={!name.trim()}>
        {t("launch.create")}
      </Button>
    </form>
  );
}

interface CardProps {
  launch: Launch;
  canEdit: boolean;
}

function Card({ launch, canEdit }: CardProps) {
  const { config } = useHere();
  const frame = { start: launch.start_on, start_precision: launch.start_precision, end: launch.end_on, end_precision: launch.end_precision };
  return (
    <article className={css.card} aria-label={launch.name}>
      <div className={css.row}>
        <h3 className={css.name}>{launch.name}</h3>
        <span className={css.when}>{formatTimeframe(frame, config.workspace.fiscal)}</span>
        <span className={css.chip}>{t("launch.tier", { tier: launch.tier })}</span>
        <span className={css.chip} data-tone={launch.state === "launched" ? "good" : undefined}>
          {t(`launch.state.${launch.state}`)}
        </span>
      </div>
      <p className={css.muted}>
        {[
          launch.audiences.length > 0 && t("launch.audiences", { audiences: launch.audiences.join(", ") }),
          t("launch.bound", { items: launch.item_ids.length, releases: launch.release_ids.length }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {launch.message && <Markdown text={launch.message} />}
      <Checklist launch={launch} canEdit={canEdit} />
      <Readiness launch={launch} canEdit={canEdit} />
      <Verdict launch={launch} canEdit={canEdit} />
    </article>
  );
}

function Checklist({ launch, canEdit }: CardProps) {
  const { me } = useHere();
  const tick = useTickCheck();
  if (launch.checks.length === 0) return null;
  const done = launch.checks.filter((check) => check.done).length;
  return (
    <fieldset className={css.part}>
      <legend>{t("launch.checks", { done, all: launch.checks.length })}</legend>
      {launch.checks.map((check) => (
        <label key={check.id} className={css.check}>
          <input
            type="checkbox"
            checked={check.done}
            disabled={!canEdit && check.owner_id !== me.person_id}
            onChange={(event) => tick.mutate({ id: check.id, done: event.currentTarget.checked })}
          />
          <span>{check.title}</span>
          {check.due_on && <span className={css.muted}>{formatDay(check.due_on)}</span>}
        </label>
      ))}
    </fieldset>
  );
}

function Readiness({ launch, canEdit }: CardProps) {
  const { config, me } = useHere();
  const confirm = useConfirmReady();
  if (launch.ready.length === 0) return null;
  return (
    <fieldset className={css.part}>
      <legend>{t("launch.ready")}</legend>
      {launch.ready.map((each) => (
        <label key={each.id} className={css.check}>
          <input
            type="checkbox"
            aria-label={t("launch.confirm", { part: each.part })}
            checked={each.confirmed_at !== null}
            disabled={!canEdit && each.person_id !== me.person_id}
            onChange={(event) => confirm.mutate({ id: each.id, ready: event.currentTarget.checked, note: each.note })}
          />
          <span>{each.part}</span>
          <span className={css.muted}>
            {[
              config.people.find((person) => person.id === each.person_id)?.name,
              each.confirmed_at ? t("launch.confirmed", { day: formatDay(each.confirmed_at.slice(0, 10)) }) : t("launch.notReady"),
            ]
              .filter(Boolean)
              .join(", ")}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Verdict({ launch, canEdit }: CardProps) {
  const { config } = useHere();
  const decide = useDecideLaunch();
  const [reason, setReason] = useState("");
  const say = (verdict: "go" | "no_go") => decide.mutate({ id: launch.id, version: launch.version, verdict, reason: reason.trim() });
  if (launch.verdict) {
    return (
      <p className={css.verdict} data-tone={launch.verdict === "go" ? "good" : "off"}>
        {t("launch.decided", {
          verdict: t(`launch.${launch.verdict}`),
          who: config.people.find((person) => person.id === launch.decided_by_id)?.name ?? "—",
          day: launch.decided_at ? formatDay(launch.decided_at.slice(0, 10)) : "—",
          reason: launch.verdict_reason ?? "",
        })}
      </p>
    );
  }
  return (
    <div className={css.verdict}>
      <span className={css.muted}>{t("launch.undecided")}</span>
      {canEdit && launch.state === "planned" && (
        <div className={css.form}>
          <input aria-label={t("launch.why")} placeholder={t("launch.why")} maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          <Button disabled={!reason.trim()} onClick={() => say("go")}>
            {t("launch.go")}
          </Button>
          <Button disabled={!reason.trim()} onClick={() => say("no_go")}>
            {t("launch.no_go")}
          </Button>
        </div>
      )}
    </div>
  );
}
