import { useState } from "react";
import { api, data } from "../../api/client";
import { useHere } from "../../api/workspace";
import { MONTHS, formatDay, todayIn } from "../../lib/dates";
import { type Fiscal, isWeekly, periodAt, periodOf } from "../../lib/fiscal";
import { type Message, t } from "../../lib/t";
import { formatPoint } from "../../lib/timeframe";
import { Button } from "../../ui/button";
import { Field, Input, Page, Section, Select, Table } from "./kit";
import css from "./kit.module.css";
import { useWrite } from "./write";

const PATTERNS = ["calendar", "4-4-5", "4-5-4", "5-4-4", "increments"] as const;
type Pattern = (typeof PATTERNS)[number];

/** When a year begins and how it is divided, with the periods to come before it is saved. */
export function CalendarPage() {
  const { config, me, slug } = useHere();
  const { workspace } = config;
  const mayAdmin = me.workspaces.find((each) => each.slug === slug)?.role === "admin";
  const [fiscal, setFiscal] = useState<Fiscal>(workspace.fiscal);
  const save = useWrite(
    () =>
      data(
        api.PATCH("/api/v1/workspace", {
          body: {
            version: workspace.version,
            set: {
              fiscal_start_month: fiscal.start_month,
              fiscal_pattern: fiscal.pattern as Pattern,
              increment_weeks: fiscal.increment_weeks ?? null,
              increment_from: fiscal.increment_from || null,
            },
          },
        }),
      ),
    { done: () => t("calendar.saved") },
  );
  const ready = fiscal.pattern !== "increments" || Boolean(fiscal.increment_weeks);
  return (
    <Page title="calendar.title" lead="calendar.lead">
      <form
        className={css.form}
        aria-label={t("calendar.title")}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(undefined);
        }}
      >
        <Field label={t("calendar.start")}>
          <Select
            disabled={!mayAdmin}
            value={String(fiscal.start_month)}
            choices={MONTHS.map((name, at) => ({ value: String(at + 1), label: name }))}
            onPick={(month) => setFiscal({ ...fiscal, start_month: Number(month) })}
          />
        </Field>
        <Field label={t("calendar.pattern")}>
          <Select
            disabled={!mayAdmin}
            value={fiscal.pattern}
            choices={PATTERNS.map((pattern) => ({ value: pattern, label: t(`calendar.${pattern}` as Message) }))}
            onPick={(pattern) => setFiscal({ ...fiscal, pattern })}
          />
        </Field>
        {fiscal.pattern === "increments" && (
          <>
            <Field label={t("calendar.weeks")}>
              <Input
                type="number"
                min={1}
                max={26}
                required
                value={fiscal.increment_weeks ?? ""}
                onChange={(event) => setFiscal({ ...fiscal, increment_weeks: event.currentTarget.value ? Number(event.currentTarget.value) : null })}
              />
            </Field>
            <Field label={t("calendar.from")} hint={t("calendar.fromHint")}>
              <Input type="date" value={fiscal.increment_from ?? ""} onChange={(event) => setFiscal({ ...fiscal, increment_from: event.currentTarget.value || null })} />
            </Field>
          </>
        )}
        {mayAdmin && (
          <Button tone="primary" type="submit" disabled={save.isPending || !ready}>
            {t("action.save")}
          </Button>
        )}
      </form>
      <Section title={t("calendar.next")} lead={t(isWeekly(fiscal) ? "calendar.weekly" : "calendar.nextLead")}>
        <Coming fiscal={fiscal} timezone={workspace.timezone} />
      </Section>
    </Page>
  );
}

function Coming({ fiscal, timezone }: { fiscal: Fiscal; timezone: string }) {
  const today = todayIn(timezone);
  const here = periodOf(fiscal, today, "quarter");
  const quarters = Array.from({ length: 4 }, (_, at) => {
    const index = here.index - 1 + at;
    return periodAt(fiscal, here.year + Math.floor(index / 4), "quarter", (index % 4) + 1);
  });
  return (
    <Table label={t("calendar.next")} head={[t("calendar.period"), t("calendar.first"), t("calendar.last"), t("calendar.months")]}>
      {quarters.map((quarter) => (
        <tr key={quarter.start}>
          <td>{formatPoint(quarter.start, "quarter", fiscal)}</td>
          <td>{formatDay(quarter.start)}</td>
          <td>{formatDay(quarter.end)}</td>
          <td className={css.muted}>
            {[1, 2, 3]
              .map((month) => periodAt(fiscal, quarter.year, "month", (quarter.index - 1) * 3 + month))
              .map((month) => `${formatPoint(month.start, "month", fiscal)} (${long(month.start, month.end, fiscal)})`)
              .join(", ")}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function long(start: string, end: string, fiscal: Fiscal): string {
  const days = Math.round((Date.parse(end) - Date.parse(start)) / 86_400_000) + 1;
  return isWeekly(fiscal) ? t("calendar.inWeeks", { count: days / 7 }) : t("calendar.inDays", { count: days });
}
