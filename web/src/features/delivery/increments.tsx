import { type FormEvent, useState } from "react";
import { isPast, useHere } from "../../api/workspace";
import { addDays, formatDay, todayIn } from "../../lib/dates";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/states";
import css from "./delivery.module.css";
import { useGenerateIncrements } from "./queries";

/** Sprints and programme increments of every team, the earliest first. */
export function Increments() {
  const { config, canEdit, lens } = useHere();
  const today = todayIn(config.workspace.timezone);
  return (
    <>
      {canEdit && !isPast(lens) && <Generate today={today} />}
      {config.increments.length === 0 && <EmptyState title={t("increment.emptyTitle")} text={t("increment.emptyText")} />}
      <ul className={css.list}>
        {config.increments.map((each) => (
          <li key={each.id} className={css.row}>
            <span className={css.name}>{each.name}</span>
            <span className={css.when}>
              {formatDay(each.starts_on)} – {formatDay(each.ends_on)}
            </span>
            <span className={css.muted}>
              {config.teams.find((team) => team.id === each.team_id)?.name ?? t("increment.everybody")}
            </span>
            {each.starts_on <= today && today <= each.ends_on && (
              <span className={css.chip} data-tone="good">
                {t("increment.now")}
              </span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function Generate({ today }: { today: string }) {
  const { config } = useHere();
  const generate = useGenerateIncrements();
  const [first, setFirst] = useState(today);
  const [until, setUntil] = useState(addDays(today, 90));
  const [weeks, setWeeks] = useState(2);
  const [team, setTeam] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    generate.mutate({ starts_on: first, until, weeks, team_id: team || null });
  }
  return (
    <form className={css.form} onSubmit={submit}>
      <label>
        {t("increment.first")}
        <input type="date" required value={first} onChange={(event) => setFirst(event.currentTarget.value)} />
      </label>
      <label>
        {t("increment.until")}
        <input type="date" required value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
      </label>
      <label>
        {t("increment.weeks")}
        <input type="number" min={1} max={26} required value={weeks} onChange={(event) => setWeeks(Number(event.currentTarget.value))} />
      </label>
      <label>
        {t("increment.team")}
        <select value={team} onChange={(event) => setTeam(event.currentTarget.value)}>
          <option value="">{t("increment.everybody")}</option>
          {config.teams.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </select>
      </label>
      <Button type="submit" tone="primary" disabled={generate.isPending}>
        {t("increment.generate")}
      </Button>
    </form>
  );
}
