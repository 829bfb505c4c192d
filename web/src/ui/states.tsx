import { type ReactNode, useEffect, useState } from "react";
import { ApiError } from "../api/client";
import { t } from "../lib/t";
import { Button } from "./button";
import css from "./states.module.css";

/** True once something has been going on for 150 ms: sooner, a skeleton would only flicker. */
export function useSlow(active: boolean, afterMs = 150): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!active) return undefined;
    const timer = window.setTimeout(() => setSlow(true), afterMs);
    return () => {
      window.clearTimeout(timer);
      setSlow(false);
    };
  }, [active, afterMs]);
  return active && slow;
}

export function EmptyState({ title, text, action }: { title: string; text: string; action?: ReactNode }) {
  return (
    <div className={css.state}>
      <p className={css.title}>{title}</p>
      <p className={css.text}>{text}</p>
      {action}
    </div>
  );
}

/** What happened, what is safe and what to do, with the request id in small print. */
export function ErrorState({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const requestId = error instanceof ApiError ? error.requestId : "";
  return (
    <div className={css.state} role="alert">
      <p className={css.title}>{t("error.title")}</p>
      <p className={css.text}>{explain(error)}</p>
      {onRetry && <Button onClick={onRetry}>{t("error.retry")}</Button>}
      {requestId && <p className={css.small}>{t("error.requestId", { id: requestId })}</p>}
    </div>
  );
}

/** One plain sentence for any failure. */
export function explain(error: Error): string {
  if (!(error instanceof ApiError)) return t("error.network");
  if (error.status === 403) return t("error.forbidden");
  if (error.status === 404) return t("error.notFound");
  if (error.status === 429) return t("error.rateLimited");
  if (error.status >= 500) return t("error.server");
  const fields = error.extra.fields;
  if (fields && typeof fields === "object") {
    const words = Object.values(fields).map((each) => (typeof each === "string" ? each : "")).filter(Boolean);
    if (words.length > 0) return words.join(" ");
  }
  return error.message || t("error.server");
}

export const requestIdOf = (error: Error): string | undefined =>
  error instanceof ApiError && error.requestId ? t("error.requestId", { id: error.requestId }) : undefined;

export function SkeletonLines({ count, height = 32 }: { count: number; height?: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={css.line} style={{ height }}>
          <span style={{ width: `${38 + ((index * 37) % 45)}%` }} />
        </div>
      ))}
    </div>
  );
}
