import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, data } from "../../api/client";
import type { HeldKind } from "../../api/types";
import { useHere } from "../../api/workspace";
import { plural, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Field, Loaded, Select, Table } from "./kit";
import css from "./kit.module.css";
import { holdingsQuery } from "./queries";
import { useWrite } from "./write";

/** Everything somebody holds, and who takes it; then they are shut out. One batch, with Undo. */
export function HandOver({ person, onDone }: { person: { id: string; name: string }; onDone: () => void }) {
  const { slug, config } = useHere();
  const held = useQuery(holdingsQuery(slug, person.id));
  const [to, setTo] = useState("");
  const [byKind, setByKind] = useState<Record<string, string>>({});
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.scrollIntoView?.({ block: "nearest" }), []);
  const heirs = [
    { value: "", label: t("handOver.choose") },
    ...config.people.filter((each) => each.active && each.id !== person.id).map((each) => ({ value: each.id, label: each.name })),
  ];
  const give = useWrite(
    () =>
      data(
        api.POST("/api/v1/people/{person_id}/hand-over", {
          params: { path: { person_id: person.id } },
          body: { to: to || null, by_kind: byKind, by_record: {}, deactivate: true },
        }),
      ),
    { done: () => t("handOver.done", { name: person.name }), batch: (result) => result.batch_id },
  );
  const missing = (kinds: HeldKind[]) => !to && kinds.some((kind) => !kind.ends && !byKind[kind.key]);
  return (
    <section ref={panel} className={css.panel} aria-label={t("handOver.title", { name: person.name })}>
      <h3>{t("handOver.title", { name: person.name })}</h3>
      <Loaded of={held}>
        {(kinds) => (
          <>
            <p className={css.lead}>{t(kinds.length > 0 ? "handOver.lead" : "handOver.nothing")}</p>
            {kinds.some((kind) => !kind.ends) && (
              <div className={css.form}>
                <Field label={t("handOver.to")}>
                  <Select value={to} choices={heirs} onPick={setTo} />
                </Field>
              </div>
            )}
            {kinds.length > 0 && (
              <Table label={t("handOver.what")} head={[t("handOver.what"), t("handOver.howMany"), t("handOver.goesTo")]}>
                {kinds.map((kind) => (
                  <tr key={kind.key}>
                    <td>
                      {kind.label}
                      <div className={css.muted}>{kind.records.slice(0, 3).map((record) => record.title).join(" · ")}</div>
                    </td>
                    <td>{kind.count.toLocaleString("en")}</td>
                    <td>
                      {kind.ends ? (
                        <span className={css.muted}>{t("handOver.ends")}</span>
                      ) : (
                        <Select
                          aria-label={t("handOver.kindTo", { kind: kind.label })}
                          value={byKind[kind.key] ?? ""}
                          choices={[{ value: "", label: to ? (heirs.find((each) => each.value === to)?.label ?? "") : t("handOver.choose") }, ...heirs.slice(1)]}
                          onPick={(value) => {
                            const { [kind.key]: _before, ...rest } = byKind;
                            setByKind(value ? { ...rest, [kind.key]: value } : rest);
                          }}
                        />
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
            )}
            <div className={css.buttons}>
              <Button tone="primary" disabled={give.isPending || missing(kinds)} onClick={() => give.mutate(undefined, { onSuccess: onDone })}>
                {plural("handOver.doOne", "handOver.doMany", kinds.reduce((sum, kind) => sum + kind.count, 0))}
              </Button>
              <Button onClick={onDone}>{t("action.cancel")}</Button>
            </div>
          </>
        )}
      </Loaded>
    </section>
  );
}
