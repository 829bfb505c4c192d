import { useEffect, useState } from "react";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import css from "./imports.module.css";
import { calls, type Run, useImportWrite } from "./queries";
import { Trouble } from "./trouble";

/** How far a step in the background is, how long it will take, and the way to stop it. */
export function Progress({ of, label }: { of: Run; label: string }) {
  const cancel = useImportWrite(() => calls.cancel(of.id));
  const left = useSecondsLeft(of.eta_at);
  const share = of.total ? Math.min(1, of.done / of.total) : null;
  return (
    <div className={css.progress} role="status">
      <p className={css.progressWords}>
        <span>{label}</span>
        <span className={css.muted}>
          {of.total
            ? t("imports.running", { step: of.step, done: of.done.toLocaleString("en"), total: of.total.toLocaleString("en") })
            : t("imports.runningStart")}
          {left !== null && ` · ${t("imports.eta", { seconds: left })}`}
        </span>
      </p>
      <progress {...(share === null ? {} : { value: share })} max={1} aria-label={label} />
      <Trouble of={cancel.error} />
      <Button disabled={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate()}>
        {t("imports.cancel")}
      </Button>
    </div>
  );
}

function useSecondsLeft(eta: string | null): number | null {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  if (!eta) return null;
  const left = Math.round((Date.parse(eta) - now) / 1000);
  return left > 1 ? left : null;
}
