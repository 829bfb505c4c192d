import { useEffect, useRef } from "react";
import { useHere } from "../../api/workspace";
import { plural, t } from "../../lib/t";
import { Button } from "../../ui/button";
import css from "./imports.module.css";
import type { StepProps } from "./import-wizard";
import { Progress } from "./progress";
import { calls, isRunning, useImportWrite, useInvalidatePlan } from "./queries";
import { Trouble } from "./trouble";

/** The one moment that writes. Leads on to the reconciliation by itself once it is through. */
export function ApplyStep({ of, onGo }: StepProps) {
  const { canEdit } = useHere();
  const apply = useImportWrite(() => calls.apply(of.id));
  const invalidate = useInvalidatePlan();
  const run = of.applied;
  const was = useRef(isRunning(run));
  useEffect(() => {
    if (was.current && run?.state === "done") {
      invalidate();
      onGo("result");
    }
    was.current = isRunning(run);
  }, [run, invalidate, onGo]);
  if (run && isRunning(run)) return <Progress of={run} label={t("imports.step.apply")} />;
  const result = of.checked?.result ?? {};
  const number = (name: string) => Number(result[name] ?? 0).toLocaleString("en");
  const over = of.status === "applied" || of.status === "undone";
  return (
    <section className={css.step}>
      {run?.state === "failed" && (
        <div className={css.note} role="alert">
          <p className={css.noteTitle}>{t("imports.failed")}</p>
          <p>{run.error}</p>
        </div>
      )}
      {run?.state === "cancelled" && <p className={css.lead}>{t("imports.cancelled")}</p>}
      <p className={css.big}>
        {t("imports.applySummary", { created: number("created"), updated: number("updated"), rejected: number("rejected_count") })}
      </p>
      <p className={css.lead}>{t("imports.applyLead")}</p>
      <Trouble of={apply.error} />
      <div className={css.actions}>
        {over ? (
          <Button onClick={() => onGo("result")}>{t("imports.step.result")}</Button>
        ) : (
          <Button tone="primary" disabled={!canEdit || apply.isPending || of.ambiguous > 0} onClick={() => apply.mutate()}>
            {of.ambiguous > 0 ? plural("imports.waitingOne", "imports.waiting", of.ambiguous) : t("imports.applyIt")}
          </Button>
        )}
      </div>
    </section>
  );
}
