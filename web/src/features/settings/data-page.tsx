import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "../../api/client";
import type { RetentionRule } from "../../api/types";
import { useHere } from "../../api/workspace";
import { formatInstant } from "../../lib/dates";
import { plural, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, Input, Loaded, Page, Section, Select, Table } from "./kit";
import css from "./kit.module.css";
import { retentionQuery } from "./queries";
import { useWrite } from "./write";

/** How long things are kept, and taking a value or a person out for good. */
export function DataPage() {
  const { slug } = useHere();
  const rules = useQuery(retentionQuery(slug));
  return (
    <Page title="data.title" lead="data.lead">
      <Section title={t("data.retention")} lead={t("data.retentionLead")}>
        <Loaded of={rules}>
          {(list) => (
            <Table label={t("data.retention")} head={[t("data.kind"), t("data.days"), t("data.due")]} numbers={1}>
              {list.map((rule) => <RuleRow key={`${rule.key}:${rule.days}`} rule={rule} />)}
            </Table>
          )}
        </Loaded>
      </Section>
      <Purge />
      <Erase />
    </Page>
  );
}

function RuleRow({ rule }: { rule: RetentionRule }) {
  const [days, setDays] = useState(String(rule.days));
  const save = useWrite((value: number) => data(api.PUT("/api/v1/retention/{kind}", { params: { path: { kind: rule.key } }, body: { days: value } })), { done: () => t("data.saved") });
  return (
    <tr>
      <td>
        {rule.label}
        <div className={css.muted}>{t("data.usual", { days: rule.usual })}</div>
      </td>
      <td>
        <Input
          type="number"
          aria-label={t("data.daysOf", { what: rule.label })}
          min={rule.least}
          style={{ width: 96 }}
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
          onBlur={() => Number(days) !== rule.days && Number(days) >= rule.least && save.mutate(Number(days))}
        />
      </td>
      <td className={css.number}>{rule.due.toLocaleString("en")}</td>
    </tr>
  );
}

function Purge() {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState(false);
  const find = useWrite(() => data(api.POST("/api/v1/purge/find", { body: { text } })));
  const purge = useWrite(
    () => data(api.POST("/api/v1/purge", { body: { places: (find.data ?? []).map(({ entity, record_id, field }) => ({ entity, record_id, field })), note: "" } })),
    { done: (result) => plural("data.purgedOne", "data.purgedMany", result.purged) },
  );
  return (
    <Section title={t("data.purge")} lead={t("data.purgeLead")}>
      <form className={css.form} onSubmit={(event) => { event.preventDefault(); find.mutate(undefined); }}>
        <Field label={t("data.text")}><Input required minLength={4} value={text} onChange={(event) => { setText(event.currentTarget.value); find.reset(); }} /></Field>
        <Button type="submit" disabled={find.isPending}>{t("data.find")}</Button>
      </form>
      {find.data?.length === 0 && <p className={css.lead}>{t("data.nowhere")}</p>}
      {find.data && find.data.length > 0 && (
        <>
          <Table label={t("data.places")} head={[t("data.record"), t("data.field"), t("data.changes"), t("data.last")]}>
            {find.data.map((place) => (
              <tr key={place.entity + place.record_id + place.field}>
                <td>{place.entity.replaceAll("_", " ")}</td>
                <td>{place.field}</td>
                <td className={css.number}>{place.times}</td>
                <td>{formatInstant(place.last_at)}</td>
              </tr>
            ))}
          </Table>
          <Button tone="primary" onClick={() => setAsked(true)}>{t("data.purgeAll")}</Button>
        </>
      )}
      {asked && (
        <Dialog title={t("data.askTitle")} onClose={() => setAsked(false)}>
          <p className={css.lead}>{t("data.askText")}</p>
          <div className={css.buttons}>
            <Button onClick={() => setAsked(false)}>{t("action.cancel")}</Button>
            <Button tone="primary" onClick={() => { setAsked(false); purge.mutate(undefined, { onSuccess: () => { find.reset(); setText(""); } }); }}>{t("data.purgeAll")}</Button>
          </div>
        </Dialog>
      )}
    </Section>
  );
}

function Erase() {
  const { config } = useHere();
  const gone = config.people.filter((each) => !each.active);
  const [person, setPerson] = useState("");
  const [asked, setAsked] = useState(false);
  const erase = useWrite((id: string) => data(api.POST("/api/v1/people/{person_id}/erase", { params: { path: { person_id: id } } })), { done: () => t("data.erased") });
  return (
    <Section title={t("data.erase")} lead={t("data.eraseLead")}>
      <div className={css.form}>
        <Field label={t("data.person")}>
          <Select value={person} choices={[{ value: "", label: t("handOver.choose") }, ...gone.map((each) => ({ value: each.id, label: each.name }))]} onPick={setPerson} />
        </Field>
        <Button disabled={person === ""} onClick={() => setAsked(true)}>{t("data.eraseIt")}</Button>
      </div>
      {asked && (
        <Dialog title={t("data.askTitle")} onClose={() => setAsked(false)}>
          <p className={css.lead}>{t("data.eraseAsk")}</p>
          <div className={css.buttons}>
            <Button onClick={() => setAsked(false)}>{t("action.cancel")}</Button>
            <Button tone="primary" onClick={() => { setAsked(false); erase.mutate(person, { onSuccess: () => setPerson("") }); }}>{t("data.eraseIt")}</Button>
          </div>
        </Dialog>
      )}
    </Section>
  );
}
