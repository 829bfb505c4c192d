import { useState } from "react";
import { useHere } from "../../api/workspace";
import { type Message, plural, t } from "../../lib/t";
import { Button } from "../../ui/button";
import css from "./imports.module.css";
import type { StepProps } from "./import-wizard";
import { Progress } from "./progress";
import { calls, type Import, isRunning, type ListName, useImportWrite } from "./queries";
import { RowsList } from "./rows-list";
import { Trouble } from "./trouble";

/** What applying the files would do, row by row, and the decisions that only a person can take. */
export function CheckStep({ of, onGo }: StepProps) {
  const { canEdit } = useHere();
  const check = useImportWrite(() => calls.check(of.id));
  const run = of.checked;
  const locked = !canEdit || of.status === "applied" || of.status === "undone" || of.files_gone_at !== null;
  const again = (
    <Button disabled={locked || check.isPending} onClick={() => check.mutate()}>
      {t(run ? "imports.checkAgain" : "imports.tryIt")}
    </Button>
  );
  if (isRunning(run) && run) return <Progress of={run} label={t("imports.step.check")} />;
  if (!run || run.state !== "done") {
    return (
      <section className={css.step}>
        {run?.state === "cancelled" && <p className={css.lead}>{t("imports.cancelled")}</p>}
        {run?.state === "failed" && (
          <div className={css.note} role="alert">
            <p className={css.noteTitle}>{t("imports.failed")}</p>
            <p>{run.error}</p>
          </div>
        )}
        <Trouble of={check.error} />
        <div className={css.actions}>{again}</div>
      </section>
    );
  }
  return (
    <section className={css.step}>
      <p className={css.lead}>{t("imports.checkLead")}</p>
      <Trouble of={check.error} />
      <Found of={of} locked={locked} />
      <div className={css.actions}>
        {again}
        <Button tone="primary" disabled={of.ambiguous > 0 || locked} onClick={() => onGo("apply")}>
          {of.ambiguous > 0 ? plural("imports.waitingOne", "imports.waiting", of.ambiguous) : t("imports.toApply")}
        </Button>
      </div>
    </section>
  );
}

const count = (result: Record<string, unknown>, name: string): number => Number(result[name] ?? 0);

function lists(of: Import): [ListName, number][] {
  const result = of.checked?.result ?? {};
  const made = (result.made ?? {}) as Record<string, number>;
  const every: [ListName, number][] = [
    ["create", count(result, "created")],
    ["update", count(result, "updated")],
    ["keep", count(result, "unchanged")],
    ["ask", Math.max(of.ambiguous, count(result, "ambiguous"))],
    ["conflict", count(result, "conflicts")],
    ["kept", count(result, "kept")],
    ["reject", count(result, "rejected_count")],
    ["review", count(result, "review")],
    ["ties", count(result, "relations") + count(result, "dependencies")],
    ["made", Object.values(made).reduce((sum, each) => sum + each, 0)],
  ];
  return every.filter(([name, number]) => number > 0 || name === "create" || name === "update" || name === "keep");
}

function Found({ of, locked }: { of: Import; locked: boolean }) {
  const offered = lists(of);
  const usual = offered.find(([name, number]) => name === "ask" && number > 0) ?? offered.find(([, number]) => number > 0);
  const [picked, setPicked] = useState<ListName | null>(null);
  const which = picked && offered.some(([name]) => name === picked) ? picked : (usual?.[0] ?? "create");
  const decide = useImportWrite((body: Parameters<typeof calls.decide>[1]) => calls.decide(of.id, body));
  const conflicts = useImportWrite(async (whose: "file" | "here") => {
    await calls.setConflicts(of.id, whose);
    await calls.check(of.id);
  });
  return (
    <>
      <div className={css.tiles} role="tablist">
        {offered.map(([name, number]) => (
          <button key={name} type="button" role="tab" aria-selected={which === name} data-ask={(name === "ask" && of.ambiguous > 0) || undefined} onClick={() => setPicked(name)}>
            <strong className="num">{number.toLocaleString("en")}</strong>
            <span>{t(`imports.list.${name}` as Message)}</span>
          </button>
        ))}
      </div>
      {which === "ask" && (
        <div className={css.note}>
          <p>{t("imports.askLead")}</p>
          <div className={css.buttonsLeft}>
            <Button disabled={locked || decide.isPending} onClick={() => decide.mutate({ rows: [], all: "match" })}>{t("imports.allMatch")}</Button>
            <Button disabled={locked || decide.isPending} onClick={() => decide.mutate({ rows: [], all: "new" })}>{t("imports.allNew")}</Button>
            <Button disabled={locked || decide.isPending} onClick={() => decide.mutate({ rows: [], all: "skip" })}>{t("imports.allSkip")}</Button>
          </div>
        </div>
      )}
      {which === "conflict" && (
        <div className={css.note}>
          <p>{t("imports.conflictsLead")}</p>
          <div className={css.decide}>
            {(["file", "here"] as const).map((whose) => (
              <button key={whose} type="button" disabled={locked} aria-pressed={of.conflicts === whose} onClick={() => conflicts.mutate(whose)}>
                {t(whose === "file" ? "imports.conflictsFile" : "imports.conflictsHere")}
              </button>
            ))}
          </div>
        </div>
      )}
      <Trouble of={decide.error ?? conflicts.error} />
      <RowsList
        importId={of.id}
        which={which}
        run={of.checked?.id ?? ""}
        {...(which === "ask" && !locked ? { onDecide: (one) => decide.mutate({ rows: [one], all: null }) } : {})}
      />
    </>
  );
}
