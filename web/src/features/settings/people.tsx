import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "../../api/client";
import type { BulkLine } from "../../api/types";
import { useHere } from "../../api/workspace";
import { type Message, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Field, Loaded, Page, Section, Table, TextArea } from "./kit";
import css from "./kit.module.css";
import { teamMembersQuery, teamsQuery } from "./queries";
import { useWrite } from "./write";

/** The tree of teams with who is in them, and people by table. */
export function PeoplePage() {
  const { slug } = useHere();
  const teams = useQuery(teamsQuery(slug));
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Page title="people.title" lead="people.lead">
      <People />
      <Section title={t("people.teams")}>
        <Loaded of={teams}>
          {(list) => (
            <ul className={css.list}>
              {inTree(list).map(({ team, depth }) => (
                <li key={team.id}>
                  <div className={css.line} style={{ paddingLeft: depth * 20 }}>
                    <span className={css.name}>{team.name}</span>
                    <Button tone="quiet" aria-expanded={open === team.id} onClick={() => setOpen(open === team.id ? null : team.id)}>
                      {t(open === team.id ? "people.hide" : "people.show")}
                    </Button>
                  </div>
                  {open === team.id && <TeamMembers team={team.id} />}
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      </Section>
    </Page>
  );
}

interface Node {
  id: string;
  name: string;
  parent_id: string | null;
}

/** In the order of the tree; whatever lies below nothing that is there stands at the top. */
export function inTree<T extends Node>(list: T[]): { team: T; depth: number }[] {
  const known = new Set(list.map((each) => each.id));
  const below = (parent: string | null, depth: number): { team: T; depth: number }[] =>
    list
      .filter((each) => (each.parent_id !== null && known.has(each.parent_id) ? each.parent_id : null) === parent)
      .flatMap((team) => [{ team, depth }, ...below(team.id, depth + 1)]);
  return below(null, 0);
}

function TeamMembers({ team }: { team: string }) {
  const { slug, config } = useHere();
  const members = useQuery(teamMembersQuery(slug, team));
  const nameOf = (id: string) => config.people.find((each) => each.id === id)?.name ?? t("people.gone");
  return (
    <Loaded of={members}>
      {(list) =>
        list.length === 0 ? (
          <p className={css.muted}>{t("people.nobody")}</p>
        ) : (
          <Table label={t("people.members")} head={[t("people.person"), t("people.share"), t("people.from"), t("people.until")]}>
            {list.map((member) => (
              <tr key={member.id}>
                <td>{nameOf(member.person_id)}</td>
                <td>{Math.round(member.share * 100)} %</td>
                <td>{member.starts_on ?? "—"}</td>
                <td>{member.ends_on ?? "—"}</td>
              </tr>
            ))}
          </Table>
        )
      }
    </Loaded>
  );
}

function People() {
  const { canEdit } = useHere();
  const [text, setText] = useState("");
  const [newTeams, setNewTeams] = useState(true);
  const body = { text, new_teams: newTeams };
  const look = useWrite(() => data(api.POST("/api/v1/bulk/people/preview", { body })));
  const apply = useWrite(() => data(api.POST("/api/v1/bulk/people", { body })), {
    done: (result) => t("people.applied", { created: result.counts.create ?? 0, changed: result.counts.change ?? 0 }),
    batch: (result) => result.batch_id,
  });
  if (!canEdit) return null;
  const worth = look.data?.some((line) => line.action === "create" || line.action === "change") ?? false;
  const edit = (value: string) => {
    setText(value);
    look.reset();
  };
  return (
    <Section title={t("people.bulk")} lead={t("people.bulkLead")}>
      <Field label={t("people.table")} wide>
        <TextArea value={text} placeholder={t("people.placeholder")} onChange={(event) => edit(event.currentTarget.value)} />
      </Field>
      <div className={css.checks} style={{ marginTop: 12 }}>
        <label className={css.check}>
          <input type="file" accept=".csv,.tsv,.txt,text/csv" aria-label={t("people.file")} onChange={(event) => void event.currentTarget.files?.[0]?.text().then(edit)} />
        </label>
        <label className={css.check}>
          <input type="checkbox" checked={newTeams} onChange={(event) => { setNewTeams(event.currentTarget.checked); look.reset(); }} />
          {t("people.newTeams")}
        </label>
      </div>
      <div className={css.buttons}>
        <Button disabled={text.trim() === "" || look.isPending} onClick={() => look.mutate(undefined)}>{t("people.look")}</Button>
        <Button tone="primary" disabled={!worth || apply.isPending} onClick={() => apply.mutate(undefined, { onSuccess: () => edit("") })}>{t("people.apply")}</Button>
      </div>
      {look.data && <Lines lines={look.data} />}
    </Section>
  );
}

function Lines({ lines }: { lines: BulkLine[] }) {
  return (
    <Table label={t("people.preview")} head={[t("people.row"), t("people.person"), t("people.team"), t("people.becomes")]}>
      {lines.slice(0, 200).map((line) => (
        <tr key={line.row}>
          <td>{line.row}</td>
          <td>
            {line.name || line.email}
            <div className={css.muted}>{line.name ? line.email : ""}</div>
          </td>
          <td>{line.team || "—"}</td>
          <td className={line.action === "refuse" ? css.bad : line.action === "same" ? css.muted : css.good}>
            {t(`people.${line.action}` as Message)}
            <div className={css.muted}>{line.said}</div>
          </td>
        </tr>
      ))}
    </Table>
  );
}
