import { type FormEvent, useState } from "react";
import { isPast, useHere } from "../../api/workspace";
import { todayIn } from "../../lib/dates";
import { t } from "../../lib/t";
import { formatPoint, parsePoint } from "../../lib/timeframe";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/states";
import css from "./delivery.module.css";
import { useCreateRelease } from "./queries";

/** Versions that ship, the soonest first, those without a date last. */
export function Releases() {
  const { config, canEdit, lens } = useHere();
  const today = todayIn(config.workspace.timezone);
  const list = config.releases.toSorted((a, b) => (a.on ?? "9999").localeCompare(b.on ?? "9999"));
  return (
    <>
      {canEdit && !isPast(lens) && <NewRelease />}
      {list.length === 0 && <EmptyState title={t("release.emptyTitle")} text={t("release.emptyText")} />}
      <ul className={css.list}>
        {list.map((each) => {
          const passed = each.on !== null && each.on < today;
          const state = each.state ?? (passed ? "released" : "planned");
          return (
            <li key={each.id} className={css.row}>
              <span className={css.name}>{each.name}</span>
              <span className={css.when}>{formatPoint(each.on, each.released_precision ?? "day", config.workspace.fiscal)}</span>
              <span className={css.chip} data-tone={state === "released" ? "good" : passed ? "off" : undefined}>
                {state === "planned" && passed ? t("release.overdue") : t(`release.state.${state}`)}
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function NewRelease() {
  const { config } = useHere();
  const create = useCreateRelease();
  const [name, setName] = useState("");
  const [date, setDate] = useState("");
  const point = date.trim() ? parsePoint(date, config.workspace.fiscal) : null;
  const wrong = date.trim() !== "" && !point?.end;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!name.trim() || wrong || point?.precision === "later") return;
    create.mutate(
      { name: name.trim(), released_on: point?.end ?? null, released_precision: point?.precision ?? null },
      { onSuccess: () => (setName(""), setDate("")) },
    );
  }
  return (
    <form className={css.form} onSubmit={submit}>
      <input aria-label={t("release.name")} placeholder={t("release.name")} maxLength={120} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <input aria-label={t("release.date")} placeholder="Q3 2026" aria-invalid={wrong} value={date} onChange={(event) => setDate(event.currentTarget.value)} />
      <Button type="submit" tone="primary" disabled={!name.trim() || wrong}>
        {t("release.create")}
      </Button>
    </form>
  );
}
