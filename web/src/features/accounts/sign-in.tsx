import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { TextInput } from "@mantine/core";
import { ApiError } from "../../api/client";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Wordmark } from "../../ui/wordmark";
import { demoQuery, useSignIn } from "./queries";
import css from "./sign-in.module.css";

/** The door. `onDone` is called once somebody is signed in. */
export function SignIn({ onDone }: { onDone: () => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const demo = useQuery(demoQuery);
  const signIn = useSignIn();
  const wrong = signIn.error ? explainSignIn(signIn.error) : null;
  const enter = (credentials: { email: string; password: string }) => signIn.mutate(credentials, { onSuccess: onDone });

  return (
    <main className={css.page}>
      <div className={css.card}>
        <Wordmark />
        <h1 className={css.title}>{t("signIn.title")}</h1>
        <form
          className={css.form}
          aria-label={t("signIn.title")}
          onSubmit={(event) => {
            event.preventDefault();
            enter({ email: email.trim(), password });
          }}
        >
          <TextInput
            label={t("signIn.email")}
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            value={email}
            error={wrong?.field === "email" ? wrong.words : undefined}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <TextInput
            label={t("signIn.password")}
            type="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {wrong && wrong.field !== "email" && (
            <p className={css.wrong} role="alert">
              {wrong.words}
            </p>
          )}
          <Button tone="primary" type="submit" disabled={signIn.isPending}>
            {t(signIn.isPending ? "signIn.working" : "signIn.submit")}
          </Button>
        </form>
        {(demo.data?.length ?? 0) > 0 && (
          <section className={css.demo} aria-labelledby="demo-title">
            <h2 id="demo-title">{t("signIn.demoTitle")}</h2>
            <p>{t("signIn.demoText")}</p>
            <ul>
              {demo.data?.map((account) => (
                <li key={account.email}>
                  <button
                    type="button"
                    className={css.account}
                    disabled={signIn.isPending}
                    onClick={() => {
                      setEmail(account.email);
                      setPassword(account.password);
                      enter({ email: account.email, password: account.password });
                    }}
                  >
                    <span className={css.name}>{account.name}</span>
                    <span className={css.role}>{account.role.replaceAll("_", " ")}</span>
                    <span className={css.email}>{account.email}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </main>
  );
}

function explainSignIn(error: Error): { words: string; field?: "email" } {
  if (!(error instanceof ApiError)) return { words: t("error.network") };
  if (error.code === "email_password_mismatch") return { words: t("signIn.mismatch") };
  if (error.code === "too_many_login_attempts" || error.status === 429) return { words: t("signIn.tooMany") };
  if (error.status === 403) return { words: t("signIn.csrf") };
  if (error.status >= 500) return { words: t("error.server") };
  if (error.code === "invalid") return { words: error.message, field: "email" };
  return { words: error.message || t("signIn.mismatch") };
}
