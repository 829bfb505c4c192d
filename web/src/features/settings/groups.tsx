import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "../../api/client";
import type { FieldGroup, Guarded } from "../../api/types";
import { useHere } from "../../api/workspace";
import { type Message, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/states";
import { Field, Input, Loaded, Page } from "./kit";
import css from "./kit.module.css";
import { fieldGroupsQuery, guardableQuery } from "./queries";
import { useWrite } from "./write";

const ROLES = ["viewer", "contributor", "editor", "area_owner", "admin"] as const;
type Role = (typeof ROLES)[number];
const keyOf = (field: Guarded) => `${field.entity}.${field.field}`;

/** Fields that only named people and roles see. */
export function GroupsPage() {
  const { slug, config } = useHere();
  const groups = useQuery(fieldGroupsQuery(slug));
  const fields = useQuery(guardableQuery(slug));
  const [open, setOpen] = useState<FieldGroup | "new" | null>(null);
  const remove = useWrite(
    (id: string) => data(api.DELETE("/api/v1/field-groups/{group_id}", { params: { path: { group_id: id } } })),
    { done: () => t("group.removed") },
  );
  const names = new Map(config.people.map((each) => [each.id, each.name]));
  return (
    <Page title="group.title" lead="group.lead">
      <Loaded of={groups}>
        {(list) => (
          <>
            {list.length === 0 && open === null && <EmptyState title={t("group.none_title")} text={t("group.none_text")} />}
            <ul className={css.list}>
              {list.map((group) => (
                <li key={group.id} className={css.line}>
                  <span className={css.name}>
                    {group.name}
                    <small>{group.fields.map((field) => field.label).join(", ") || t("group.noFields")}</small>
                    <small>
                      {t("group.seenBy", {
                        who: [...group.people.map((id) => names.get(id) ?? "?"), ...group.roles.map((role) => t(`role.${role}` as Message))].join(", ") || t("group.nobody"),
                      })}
                    </small>
                  </span>
                  <Button tone="quiet" onClick={() => setOpen(group)}>{t("settings.edit")}</Button>
                  <Button tone="quiet" onClick={() => remove.mutate(group.id)}>{t("settings.delete")}</Button>
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
      {open === null && <Button tone="primary" icon="plus" onClick={() => setOpen("new")}>{t("group.new")}</Button>}
      {open !== null && fields.data && (
        <GroupForm key={open === "new" ? "new" : open.id} group={open === "new" ? null : open} fields={fields.data} onDone={() => setOpen(null)} />
      )}
    </Page>
  );
}

function GroupForm({ group, fields, onDone }: { group: FieldGroup | null; fields: Guarded[]; onDone: () => void }) {
  const { config } = useHere();
  const [name, setName] = useState(group?.name ?? "");
  const [chosen, setChosen] = useState(new Set<string>(group?.fields.map(keyOf)));
  const [people, setPeople] = useState(new Set<string>(group?.people));
  const [roles, setRoles] = useState(new Set<string>(group?.roles));
  const save = useWrite(
    () => {
      const body = {
        name: name.trim(), description: group?.description ?? "", people: [...people], roles: [...roles] as Role[],
        fields: fields.filter((field) => chosen.has(keyOf(field))).map(({ entity, field }) => ({ entity, field })),
      };
      return group
        ? data(api.PUT("/api/v1/field-groups/{group_id}", { params: { path: { group_id: group.id } }, body }))
        : data(api.POST("/api/v1/field-groups", { body }));
    },
    { done: () => t("group.saved") },
  );
  return (
    <form
      className={css.panel}
      aria-label={t("group.edit")}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(undefined, { onSuccess: onDone });
      }}
    >
      <Field label={t("group.name")}>
        <Input required maxLength={120} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      </Field>
      <Checks label={t("group.fields")} options={fields.map((field) => ({ value: keyOf(field), label: field.label }))} chosen={chosen} onChange={setChosen} />
      <Checks label={t("group.roles")} options={ROLES.map((role) => ({ value: role, label: t(`role.${role}` as Message) }))} chosen={roles} onChange={setRoles} />
      <Checks
        label={t("group.people")}
        options={config.people.filter((each) => each.active).map((each) => ({ value: each.id, label: each.name }))}
        chosen={people}
        onChange={setPeople}
      />
      <div className={css.buttons}>
        <Button tone="primary" type="submit" disabled={save.isPending}>{t("action.save")}</Button>
        <Button onClick={onDone}>{t("action.cancel")}</Button>
      </div>
    </form>
  );
}

interface ChecksProps {
  label: string;
  options: { value: string; label: string }[];
  chosen: Set<string>;
  onChange: (chosen: Set<string>) => void;
}

function Checks({ label, options, chosen, onChange }: ChecksProps) {
  return (
    <fieldset className={css.set}>
      <legend>{label}</legend>
      <div className={css.checks}>
        {options.map((option) => (
          <label key={option.value} className={css.check}>
            <input
              type="checkbox"
              checked={chosen.has(option.value)}
              onChange={() => {
                const next = new Set(chosen);
                if (!next.delete(option.value)) next.add(option.value);
                onChange(next);
              }}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
