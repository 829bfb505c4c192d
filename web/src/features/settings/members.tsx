import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "../../api/client";
import type { Member } from "../../api/types";
import { useHere } from "../../api/workspace";
import { formatInstant } from "../../lib/dates";
import { type Message, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { HandOver } from "./hand-over";
import { Field, Input, Loaded, Page, Section, Select } from "./kit";
import css from "./kit.module.css";
import { invitationsQuery, membersQuery } from "./queries";
import { useWrite } from "./write";

const ROLES = ["viewer", "contributor", "editor", "area_owner", "admin"] as const;
type Role = (typeof ROLES)[number];
const roleChoices = ROLES.map((role) => ({ value: role, label: t(`role.${role}` as Message) }));

/** Who may come in and as what; how somebody is invited, and how they leave. */
export function MembersPage() {
  const { slug, me } = useHere();
  const mayAdmin = me.workspaces.find((each) => each.slug === slug)?.role === "admin";
  const members = useQuery(membersQuery(slug));
  const [leaving, setLeaving] = useState<Member | null>(null);
  return (
    <Page title="member.title" lead="member.lead">
      {mayAdmin && <Invite />}
      <Loaded of={members}>
        {(list) => (
          <ul className={css.list} aria-label={t("member.title")}>
            {list.map((member) => (
              <MemberLine key={member.id} member={member} mayAdmin={mayAdmin} own={member.user_id === me.user.id} onLeave={() => setLeaving(member)} />
            ))}
          </ul>
        )}
      </Loaded>
      {leaving?.person_id && (
        <HandOver key={leaving.id} person={{ id: leaving.person_id, name: leaving.name || leaving.email }} onDone={() => setLeaving(null)} />
      )}
      {mayAdmin && <Invitations />}
    </Page>
  );
}

function MemberLine({ member, mayAdmin, own, onLeave }: { member: Member; mayAdmin: boolean; own: boolean; onLeave: () => void }) {
  const change = useWrite(
    (set: { role?: Role; active?: boolean }) =>
      data(api.PATCH("/api/v1/members/{member_id}", { params: { path: { member_id: member.id } }, body: { version: member.version, set } })),
    { done: () => t("member.changed", { name: member.name || member.email }) },
  );
  const name = member.name || member.email;
  return (
    <li className={css.line} data-off={!member.active || undefined}>
      <span className={css.name}>
        {name}
        <small>
          {member.email}
          {!member.active && ` · ${t("member.inactive")}`}
        </small>
      </span>
      {mayAdmin && member.active ? (
        <Select
          aria-label={t("member.roleOf", { name })}
          value={member.role}
          choices={roleChoices}
          disabled={change.isPending}
          onPick={(role) => change.mutate({ role: role as Role })}
        />
      ) : (
        <span className={css.muted}>{t(`role.${member.role}` as Message)}</span>
      )}
      {mayAdmin && member.active && !own && (
        <Button tone="quiet" onClick={onLeave}>
          {t("member.leaves")}
        </Button>
      )}
      {mayAdmin && !member.active && (
        <Button tone="quiet" onClick={() => change.mutate({ active: true })}>
          {t("member.reactivate")}
        </Button>
      )}
    </li>
  );
}

function Invite() {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("editor");
  const invite = useWrite((body: { email: string; role: Role; name: string; days: number }) => data(api.POST("/api/v1/invitations", { body })));
  return (
    <>
      <form
        className={css.form}
        aria-label={t("invite.title")}
        onSubmit={(event) => {
          event.preventDefault();
          invite.mutate({ email: email.trim(), role, name: "", days: 7 }, { onSuccess: () => setEmail("") });
        }}
      >
        <Field label={t("invite.email")}>
          <Input type="email" required maxLength={254} value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        </Field>
        <Field label={t("invite.role")}>
          <Select value={role} choices={roleChoices} onPick={(value) => setRole(value as Role)} />
        </Field>
        <Button tone="primary" type="submit" disabled={invite.isPending}>
          {t("invite.send")}
        </Button>
      </form>
      {invite.data && (
        <div className={css.note} role="status">
          <p>{t(invite.data.mailed ? "invite.mailed" : "invite.notMailed", { email: invite.data.email })}</p>
          <code>{invite.data.link}</code>
          <Button onClick={() => void navigator.clipboard.writeText(invite.data?.link ?? "")}>{t("invite.copy")}</Button>
        </div>
      )}
    </>
  );
}

function Invitations() {
  const { slug } = useHere();
  const open = useQuery(invitationsQuery(slug));
  const withdraw = useWrite(
    (id: string) => data(api.DELETE("/api/v1/invitations/{invitation_id}", { params: { path: { invitation_id: id } } })),
    { done: () => t("invite.withdrawn") },
  );
  if (!open.data?.length) return null;
  return (
    <Section title={t("invite.open")}>
      <ul className={css.list}>
        {open.data.map((invitation) => (
          <li key={invitation.id} className={css.line}>
            <span className={css.name}>
              {invitation.email}
              <small>{t("invite.until", { role: t(`role.${invitation.role}` as Message), when: formatInstant(invitation.expires_at) })}</small>
            </span>
            <Button tone="quiet" onClick={() => withdraw.mutate(invitation.id)}>
              {t("invite.withdraw")}
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
