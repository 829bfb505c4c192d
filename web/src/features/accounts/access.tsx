import { useQuery } from "@tanstack/react-query";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useHere } from "../../api/workspace";
import { formatAgo } from "../../lib/dates";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { EmptyState, ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import css from "./access.module.css";
import { tokensQuery, useCreateToken, useRevokeToken } from "./queries";

/** Keys for programs that act as the signed-in person, in this workspace alone. */
export function Tokens() {
  const { slug } = useHere();
  const tokens = useQuery(tokensQuery(slug));
  const slow = useSlow(tokens.isPending);
  const create = useCreateToken();
  const revoke = useRevokeToken();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<"read" | "write">("read");
  if (tokens.isError) return <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} />;
  return (
    <>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ name: name.trim(), scope }, { onSuccess: () => setName("") });
        }}
      >
        <TextInput
          label={t("token.name")}
          placeholder={t("token.namePlaceholder")}
          required
          withAsterisk={false}
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <label className={css.scope}>
          <span>{t("token.scope")}</span>
          <select value={scope} onChange={(event) => setScope(event.currentTarget.value === "write" ? "write" : "read")}>
            <option value="read">{t("token.read")}</option>
            <option value="write">{t("token.write")}</option>
          </select>
        </label>
        <Button tone="primary" type="submit" disabled={create.isPending}>
          {t("token.create")}
        </Button>
      </form>
      {create.data?.token && (
        <div className={css.fresh} role="status">
          <p>{t("token.once")}</p>
          <code>{create.data.token}</code>
        </div>
      )}
      {slow && <SkeletonLines count={3} height={44} />}
      {tokens.data?.length === 0 && <EmptyState title={t("token.emptyTitle")} text={t("token.emptyText")} />}
      <ul className={css.list}>
        {tokens.data?.map((token) => (
          <li key={token.id} className={css.line}>
            <span className={css.name}>{token.name}</span>
            <span className={css.muted}>{t(token.scope === "write" ? "token.write" : "token.read")}</span>
            <span className={css.muted}>
              {token.last_used_at ? t("token.used", { when: formatAgo(token.last_used_at) }) : t("token.unused")}
            </span>
            <Button tone="quiet" onClick={() => revoke.mutate(token.id)}>
              {t("token.revoke")}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
