import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api, data } from "../../api/client";
import { keys } from "../../api/keys";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Field, Input, Loaded, Select } from "./kit";
import css from "./kit.module.css";
import { useWrite } from "./write";

/** One kind of set-up in the words of the API, and its address there. */
export type SetupKind = "level" | "track" | "phase" | "dimension" | "dimension_value" | "custom_field" | "area";
const PATHS: Record<SetupKind, string> = {
  level: "levels", track: "tracks", phase: "phases", dimension: "dimensions", dimension_value: "dimension-values", custom_field: "custom-fields", area: "areas",
};

type Values = Record<string, string | number | boolean | null>;
type Sent = (path: string, init: { body?: unknown }) => Promise<{ data?: unknown }>;

/** Every kind is written in the same way, so its address is put together here. */
function send(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<unknown> {
  const call = (api as unknown as Record<typeof method, Sent>)[method];
  return data(call(`/api/v1/${path}`, body === undefined ? {} : { body }));
}

export interface SetupField {
  name: string;
  label: string;
  type: "text" | "number" | "percent" | "color" | "choice" | "check";
  choices?: { value: string; label: string }[];
  /** Given when it is made, and never changed. */
  fixed?: boolean;
}

export interface SetupRecord {
  id: string;
  name: string;
  version: number;
}

interface Props<T extends SetupRecord> {
  kind: SetupKind;
  label: string;
  records: T[];
  fields: SetupField[];
  /** What every new one has besides. */
  given?: Values;
  /** The figure that says the order, and whether the highest comes first. */
  order?: { name: "position" | "rank"; down?: boolean };
  renderDetail?: (record: T) => ReactNode;
  renderBelow?: (record: T) => ReactNode;
}

/** A list of set-up: make, rename, put in order, delete with a say over what points to it. */
export function SetupList<T extends SetupRecord>({ kind, label, records, fields, given, order, renderDetail, renderBelow }: Props<T>) {
  const { me, slug } = useHere();
  const role = me.workspaces.find((each) => each.slug === slug)?.role ?? "viewer";
  const may = role === "admin" || (role === "area_owner" && kind !== "level");
  const [open, setOpen] = useState<string | null>(null);
  const [leaving, setLeaving] = useState<T | null>(null);
  const create = useWrite((values: Values) => send("POST", PATHS[kind], { ...given, ...next(records, order), ...values }), { done: () => t("setup.made") });
  const change = useWrite(({ record, set }: { record: T; set: Values }) => send("PATCH", `${PATHS[kind]}/${record.id}`, { version: record.version, set }));
  const swap = (at: number, by: number) => {
    const [one, other] = [records[at], records[at + by]] as (T & Values)[];
    if (!one || !other || !order) return;
    const [mine, theirs] = [one[order.name] ?? 0, other[order.name] ?? 0];
    const free = Math.max(...records.map((each) => Number((each as T & Values)[order.name] ?? 0))) + 1;
    const same = mine === theirs;
    const steps: [T, Values][] = order.name === "rank"
      ? [[one, { rank: free }], [other, { rank: mine }], [{ ...one, version: one.version + 1 }, { rank: theirs }]]
      : [[one, { position: same ? at + by : theirs }], [other, { position: same ? at : mine }]];
    void steps.reduce((before, [record, set]) => before.then(() => change.mutateAsync({ record, set })).then(() => undefined), Promise.resolve()).catch(() => undefined);
  };
  return (
    <>
      <ul className={css.list} aria-label={label}>
        {records.map((record, at) => (
          <li key={record.id}>
            <div className={css.line}>
              <span className={css.name}>
                {record.name}
                {renderDetail && <small>{renderDetail(record)}</small>}
              </span>
              {may && (
                <span className={css.actions}>
                  {order && (
                    <>
                      <Button tone="quiet" disabled={at === 0 || change.isPending} aria-label={t("setup.up", { name: record.name })} onClick={() => swap(at, -1)}>↑</Button>
                      <Button tone="quiet" disabled={at === records.length - 1 || change.isPending} aria-label={t("setup.down", { name: record.name })} onClick={() => swap(at, 1)}>↓</Button>
                    </>
                  )}
                  <Button tone="quiet" aria-label={t("setup.editOne", { name: record.name })} onClick={() => setOpen(open === record.id ? null : record.id)}>{t("settings.edit")}</Button>
                  <Button tone="quiet" aria-label={t("setup.deleteOne", { name: record.name })} onClick={() => setLeaving(record)}>{t("settings.delete")}</Button>
                </span>
              )}
            </div>
            {open === record.id && (
              <SetupForm
                label={t("setup.editOne", { name: record.name })}
                fields={fields.filter((field) => !field.fixed)}
                values={record as T & Values}
                onSave={(set) => change.mutate({ record, set }, { onSuccess: () => setOpen(null) })}
                onCancel={() => setOpen(null)}
              />
            )}
            {leaving?.id === record.id && <Leaving kind={kind} record={record} others={records.filter((each) => each.id !== record.id)} onDone={() => setLeaving(null)} />}
            {renderBelow?.(record)}
          </li>
        ))}
      </ul>
      {may && open === "new" && (
        <SetupForm label={t("setup.add", { what: label })} fields={fields} values={{}} onSave={(values) => create.mutate(values, { onSuccess: () => setOpen(null) })} onCancel={() => setOpen(null)} />
      )}
      {may && open !== "new" && <Button icon="plus" onClick={() => setOpen("new")}>{t("setup.add", { what: label })}</Button>}
    </>
  );
}

function next(records: SetupRecord[], order: Props<SetupRecord>["order"]): Values {
  if (!order) return {};
  const used = records.map((each) => Number((each as SetupRecord & Values)[order.name] ?? 0));
  return { [order.name]: records.length === 0 ? 0 : Math.max(...used) + 1 };
}

interface FormProps {
  label: string;
  fields: SetupField[];
  values: Values;
  onSave: (values: Values) => void;
  onCancel: () => void;
}

function SetupForm({ label, fields, values, onSave, onCancel }: FormProps) {
  const [typed, setTyped] = useState<Values>(() => Object.fromEntries(fields.map((field) => [field.name, shown(field, values[field.name])])));
  const set = (name: string, value: string | boolean) => setTyped({ ...typed, [name]: value });
  return (
    <form
      className={css.panel}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        onSave(Object.fromEntries(fields.map((field) => [field.name, read(field, typed[field.name] ?? null)])));
      }}
    >
      <div className={css.form}>
        {fields.map((field) => (
          <Field key={field.name} label={field.label}>
            {field.type === "choice" ? (
              <Select value={String(typed[field.name] ?? "")} choices={field.choices ?? []} onPick={(value) => set(field.name, value)} />
            ) : field.type === "check" ? (
              <input type="checkbox" className={css.input} checked={typed[field.name] === true} onChange={(event) => set(field.name, event.currentTarget.checked)} />
            ) : (
              <Input
                type={field.type === "percent" ? "number" : field.type}
                {...(field.type === "percent" ? { min: 0, max: 100 } : {})}
                required={field.name === "name"}
                maxLength={120}
                value={String(typed[field.name] ?? "")}
                onChange={(event) => set(field.name, event.currentTarget.value)}
              />
            )}
          </Field>
        ))}
      </div>
      <div className={css.buttons}>
        <Button tone="primary" type="submit">{t("action.save")}</Button>
        <Button onClick={onCancel}>{t("action.cancel")}</Button>
      </div>
    </form>
  );
}

function shown(field: SetupField, value: Values[string] | undefined): Values[string] {
  if (field.type === "percent") return value === null || value === undefined ? "" : Math.round(Number(value) * 100);
  if (field.type === "color") return value || "#0072b2";
  return value ?? (field.type === "choice" ? (field.choices?.[0]?.value ?? "") : field.type === "check" ? false : "");
}

function read(field: SetupField, value: Values[string]): Values[string] {
  if (field.type === "percent") return value === "" || value === null ? null : Number(value) / 100;
  if (field.type === "number") return Number(value);
  return value;
}

function Leaving<T extends SetupRecord>({ kind, record, others, onDone }: { kind: SetupKind; record: T; others: T[]; onDone: () => void }) {
  const { slug } = useHere();
  const uses = useQuery({
    queryKey: [...keys.settings(slug), "uses", kind, record.id],
    queryFn: ({ signal }) => data(api.GET("/api/v1/settings/{kind}/{record_id}/uses", { params: { path: { kind, record_id: record.id } }, signal })),
  });
  const movable = !["dimension", "custom_field", "track", "area"].includes(kind);
  const [into, setInto] = useState(kind === "level" ? (others[0]?.id ?? "") : "");
  const remove = useWrite(() => send("DELETE", `${PATHS[kind]}/${record.id}`), { done: () => t("setup.deleted", { name: record.name }) });
  const replace = useWrite(
    () => data(api.POST("/api/v1/settings/{kind}/{record_id}/replace", { params: { path: { kind, record_id: record.id } }, body: { into: into || null } })),
    { done: () => t("setup.deleted", { name: record.name }), batch: (result) => result.batch_id },
  );
  return (
    <section className={css.panel} aria-label={t("setup.deleteOne", { name: record.name })}>
      <h3>{t("setup.deleteOne", { name: record.name })}</h3>
      <Loaded of={uses}>
        {({ counts }) => {
          const used = Object.entries(counts).map(([what, count]) => `${count.toLocaleString("en")} ${what}`).join(", ");
          const free = used === "" || kind === "track" || kind === "area";
          return (
            <>
              <p className={css.lead}>{used ? t("setup.usedBy", { what: used }) : t("setup.unused")}</p>
              {used !== "" && movable && (
                <div className={css.form}>
                  <Field label={t("setup.into")}>
                    <Select value={into} choices={[...(kind === "level" ? [] : [{ value: "", label: t("setup.nothing") }]), ...others.map((each) => ({ value: each.id, label: each.name }))]} onPick={setInto} />
                  </Field>
                </div>
              )}
              <div className={css.buttons}>
                <Button
                  tone="primary"
                  disabled={remove.isPending || replace.isPending}
                  onClick={() => (free ? remove.mutate(undefined, { onSuccess: onDone }) : replace.mutate(undefined, { onSuccess: onDone }))}
                >
                  {t("settings.delete")}
                </Button>
                <Button onClick={onDone}>{t("action.cancel")}</Button>
              </div>
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
