import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "../../api/client";
import { keys } from "../../api/keys";
import type { Answer } from "../../api/types";
import { useHere } from "../../api/workspace";
import { addMonths, todayIn } from "../../lib/dates";
import { formatNumber } from "../../lib/format";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Field, Input, Loaded, Page, Section, Select, Table } from "./kit";
import css from "./kit.module.css";
import { inTree } from "./people";
import { useWrite } from "./write";

type Kind = "team" | "area";
type Change =
  | { do: "split"; team_id: string; targets: { id: string | null; name: string }[]; rest: number; assigned: Record<string, number> }
  | { do: "merge"; kind: Kind; ids: string[]; into: string }
  | { do: "move"; kind: Kind; id: string; parent_id: string | null };

/** Split a team, merge or move teams and areas: what it touches, one batch, and the past both ways. */
export function OrganisationPage() {
  const { slug, me } = useHere();
  const role = me.workspaces.find((each) => each.slug === slug)?.role;
  return (
    <Page title="organise.title" lead="organise.lead">
      {(role === "admin" || role === "area_owner") && <Reorganise />}
      <BothWays />
    </Page>
  );
}

function Reorganise() {
  const { config } = useHere();
  const [what, setWhat] = useState<"split" | "merge" | "move">("split");
  const [kind, setKind] = useState<Kind>("team");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [names, setNames] = useState("");
  const [assigned, setAssigned] = useState<Record<string, number>>({});
  const [on, setOn] = useState("");
  const things = (what === "split" || kind === "team" ? config.teams : config.areas).map((each) => ({ ...each }));
  const choices = inTree(things).map(({ team, depth }) => ({ value: team.id, label: `${" ".repeat(depth)}${team.name}` }));
  const targets = names.split("\n").map((name) => name.trim()).filter(Boolean).map((name) => {
    const there = config.teams.find((team) => team.name === name);
    return { id: there?.id ?? null, name: there ? "" : name };
  });
  const labels = names.split("\n").map((name) => name.trim()).filter(Boolean);
  const change: Change =
    what === "split" ? { do: "split", team_id: from, targets, rest: 0, assigned }
    : what === "merge" ? { do: "merge", kind, ids: [from], into: to }
    : { do: "move", kind, id: from, parent_id: to || null };
  const ready = from !== "" && (what === "split" ? targets.length > 1 : what === "move" || (to !== "" && to !== from));
  const look = useWrite(() => data(api.POST("/api/v1/reorganise/preview", { body: { change } })));
  const apply = useWrite(() => data(api.POST("/api/v1/reorganise", { body: { change, ...(on ? { on } : {}) } })), {
    done: () => t("organise.done"), batch: (result) => result.batch_id,
  });
  const again = <T,>(set: (value: T) => void) => (value: T) => { set(value); look.reset(); };
  return (
    <Section title={t("organise.change")}>
      <div className={css.form}>
        <Field label={t("organise.what")}>
          <Select value={what} choices={(["split", "merge", "move"] as const).map((each) => ({ value: each, label: t(`organise.${each}`) }))} onPick={again((value) => setWhat(value as typeof what))} />
        </Field>
        {what !== "split" && (
          <Field label={t("organise.kind")}>
            <Select value={kind} choices={(["team", "area"] as const).map((each) => ({ value: each, label: t(`organise.${each}`) }))} onPick={again((value) => { setKind(value as Kind); setFrom(""); setTo(""); })} />
          </Field>
        )}
        <Field label={t("organise.from")}>
          <Select value={from} choices={[{ value: "", label: t("organise.choose") }, ...choices]} onPick={again(setFrom)} />
        </Field>
        {what !== "split" && (
          <Field label={t(what === "merge" ? "organise.into" : "organise.below")}>
            <Select value={to} choices={[{ value: "", label: t(what === "move" ? "organise.top" : "organise.choose") }, ...choices]} onPick={again(setTo)} />
          </Field>
        )}
        <Field label={t("organise.on")} hint={t("organise.onHint")}>
          <Input type="date" value={on} onChange={(event) => setOn(event.currentTarget.value)} />
        </Field>
      </div>
      {what === "split" && (
        <Field label={t("organise.targets")} hint={t("organise.targetsHint")} wide>
          <textarea className={css.area} style={{ minHeight: 72 }} value={names} onChange={(event) => again(setNames)(event.currentTarget.value)} />
        </Field>
      )}
      <div className={css.buttons} style={{ marginTop: 12 }}>
        <Button disabled={!ready || look.isPending} onClick={() => look.mutate(undefined)}>{t("organise.look")}</Button>
        <Button tone="primary" disabled={!ready || !look.data || apply.isPending} onClick={() => apply.mutate(undefined, { onSuccess: () => { look.reset(); setAssigned({}); } })}>
          {t("organise.apply")}
        </Button>
      </div>
      {look.data && look.data.length === 0 && <p className={css.lead}>{t("organise.nothing")}</p>}
      {look.data && look.data.length > 0 && (
        <Table label={t("organise.touched")} head={what === "split" ? [t("organise.touched"), t("organise.goesTo")] : [t("organise.touched"), t("organise.howMany")]}>
          {look.data.flatMap((group) => {
            const total = group.counts.reduce((sum, each) => sum + each.count, 0);
            const head = (
              <tr key={group.key}>
                <td><strong>{group.label}</strong></td>
                <td>{total.toLocaleString("en")}</td>
              </tr>
            );
            if (what !== "split") return [head];
            return [
              head,
              ...group.records.slice(0, 100).map((record) => (
                <tr key={group.key + record.id}>
                  <td>{record.title}</td>
                  <td>
                    <Select
                      aria-label={t("organise.recordTo", { name: record.title })}
                      value={String(assigned[record.by] ?? 0)}
                      choices={labels.map((label, at) => ({ value: String(at), label }))}
                      onPick={(value) => setAssigned({ ...assigned, [record.by]: Number(value) })}
                    />
                  </td>
                </tr>
              )),
            ];
          })}
        </Table>
      )}
    </Section>
  );
}

/** Items and effort by team or area on a day of the past: as organised then, and by today's organisation. */
function BothWays() {
  const { slug, config } = useHere();
  const today = todayIn(config.workspace.timezone);
  const [day, setDay] = useState(() => addMonths(today, -3));
  const [by, setBy] = useState<Kind>("team");
  const ask = (organised: "then" | "today") => ({
    queryKey: [...keys.rows(slug), "organised", by, day, organised],
    queryFn: async () =>
      (await data(
        api.POST("/api/v1/query", {
          body: { source: "item", group: [{ by }], totals: [{ fn: "count" }, { fn: "sum", field: "effort" }], lens: { as_of: day, organised }, page: { size: 0 } } as never,
        }),
      )) as unknown as Answer,
    enabled: day !== "",
  });
  const then = useQuery(ask("then"));
  const now = useQuery(ask("today"));
  const both = { isError: then.isError || now.isError, isPending: then.isPending || now.isPending, error: then.error ?? now.error, data: then.data && now.data ? merged(then.data, now.data) : undefined, refetch: () => void Promise.all([then.refetch(), now.refetch()]) };
  return (
    <Section title={t("organise.both")} lead={t("organise.bothLead")}>
      <div className={css.form}>
        <Field label={t("organise.day")}><Input type="date" max={today} value={day} onChange={(event) => setDay(event.currentTarget.value)} /></Field>
        <Field label={t("organise.by")}><Select value={by} choices={(["team", "area"] as const).map((each) => ({ value: each, label: t(`organise.${each}`) }))} onPick={(value) => setBy(value as Kind)} /></Field>
      </div>
      <Loaded of={both}>
        {(rows) => (
          <Table label={t("organise.both")} head={[t(`organise.${by}`), t("organise.itemsThen"), t("organise.itemsToday"), t("organise.effortThen"), t("organise.effortToday")]} numbers={4}>
            {rows.map((row) => (
              <tr key={row.name}>
                <td>{row.name}</td>
                {[row.then, row.now].map((side, at) => <td key={at} className={css.number}>{formatNumber(side?.count ?? null)}</td>)}
                {[row.then, row.now].map((side, at) => <td key={at} className={css.number}>{formatNumber(side?.["sum.effort"] ?? null)}</td>)}
              </tr>
            ))}
          </Table>
        )}
      </Loaded>
    </Section>
  );
}

type Totals = Record<string, number | null>;

function merged(then: Answer, now: Answer): { name: string; then?: Totals; now?: Totals }[] {
  const rows = new Map<string, { name: string; then?: Totals; now?: Totals }>();
  for (const [side, answer] of [["then", then], ["now", now]] as const) {
    for (const group of answer.groups ?? []) {
      const name = group.label[0] ?? t("organise.none");
      rows.set(name, { ...(rows.get(name) ?? { name }), [side]: group.totals });
    }
  }
  return [...rows.values()].toSorted((a, b) => a.name.localeCompare(b.name));
}
