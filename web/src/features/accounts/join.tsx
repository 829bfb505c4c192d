import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { api, data } from "../../api/client";
import type { OpenInvitation } from "../../api/types";
import { meQuery } from "../../api/workspace";
import { type Message, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { EmptyState, explain } from "../../ui/states";
import { Wordmark } from "../../ui/wordmark";
import { useSignIn } from "./queries";
import css from "./sign-in.module.css";

/** Where the link of an invitation leads: to a new account, or into the workspace with the one that is there. `onDone` is called once they are in. */
export function Join({ secret, onDone }: { secret: string; onDone: (slug: string) => void }) {
  const invitation = useQuery({
    queryKey: ["invitation", secret],
    queryFn: () => data(api.POST("/api/v1/invitations/look", { body: { token: secret } })),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const me = useQuery({ ...meQuery, retry: false });
  const slug = invitation.data?.slug;
  const joined = slug !== undefined && me.data?.workspaces.some((each) => each.slug === slug);
  useEffect(() => {
    if (joined && slug !== undefined) onDone(slug);
  }, [joined, slug, onDone]);
  if (invitation.isError) return <EmptyState title={t("join.goneTitle")} text={t("join.goneText")} />;
  if (!invitation.data || me.isPending) return null;
  const found = invitation.data;
  const values = { inviter: found.invited_by, workspace: found.workspace, role: t(`role.${found.role}` as Message) };
  return (
    <main className={css.page}>
      <div className={css.card}>
        <Wordmark />
        <h1 className={css.title}>{t("join.title")}</h1>
        <p>{t("join.lead", values)}</p>
        <Way found={found} secret={secret} mine={me.data?.user.email} />
      </div>
    </main>
  );
}

interface WayProps {
  found: OpenInvitation;
  secret: string;
  mine: string | undefined;
}

function Way(props: WayProps) {
  const { found, mine } = props;
  if (mine !== undefined && mine !== found.email) return <p className={css.wrong}>{t("join.other", { mine, theirs: found.email })}</p>;
  if (mine !== undefined) return <Accept {...props} />;
  if (!found.has_user) return <SignUp {...props} />;
  return (
    <>
      <p>{t("join.signInFirst", { email: found.email })}</p>
      <p>
        <a href="/sign-in">{t("join.toSignIn")}</a>
      </p>
    </>
  );
}

function Accept({ found, secret }: WayProps) {
  const client = useQueryClient();
  const accept = useMutation({
    mutationFn: () => data(api.POST("/api/v1/invitations/accept", { body: { token: secret } })),
    onSuccess: () => client.resetQueries({ queryKey: meQuery.queryKey }),
  });
  return (
    <div className={css.form}>
      {accept.error && (
        <p className={css.wrong} role="alert">
          {explain(accept.error)}
        </p>
      )}
      <Button tone="primary" disabled={accept.isPending} onClick={() => accept.mutate()}>
        {t("join.accept", { email: found.email })}
      </Button>
    </div>
  );
}

function SignUp({ found, secret }: WayProps) {
  const [name, setName] = useState(found.name);
  const [password, setPassword] = useState("");
  const signIn = useSignIn();
  const join = useMutation({
    mutationFn: () => data(api.POST("/api/v1/invitations/sign-up", { body: { token: secret, name: name.trim(), password } })),
    onSuccess: ({ email }) => signIn.mutate({ email, password }),
  });
  const wrong = join.error ?? signIn.error;
  return (
    <form
      className={css.form}
      aria-label={t("join.title")}
      onSubmit={(event) => {
        event.preventDefault();
        join.mutate();
      }}
    >
      <TextInput label={t("join.name")} autoComplete="name" required withAsterisk={false} maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput
        label={t("join.password")}
        type="password"
        autoComplete="new-password"
        required
        minLength={8}
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {wrong && (
        <p className={css.wrong} role="alert">
          {explain(wrong)}
        </p>
      )}
      <Button tone="primary" type="submit" disabled={join.isPending || signIn.isPending}>
        {t("join.enter", { workspace: found.workspace })}
      </Button>
    </form>
  );
}
