import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, data } from "../../api/client";
import { useHere } from "../../api/workspace";
import { formatAgo } from "../../lib/dates";
import { plural, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { ErrorState } from "../../ui/states";
import css from "./imports.module.css";
import type { StepProps } from "./import-wizard";
import { Progress } from "./progress";
import { calls, type Import, isRunning, type ListName, type Reconciliation, reconciliationQuery, useImportWrite, useInvalidatePlan } from "./queries";
import { RowsList } from "./rows-list";
import { Trouble } from "./trouble";

/** What is in the files against what is here, with every difference to be looked into; and the way back. */
export function ResultStep({ of }: StepProps) {
  const { slug, canEdit } = useHere();
  const compare = useImportWrite(() => calls.compare(of.id));
  const run = of.compared;
  const told = useQuery({ ...reconciliationQuery(slug, of.id, run?.id ?? ""), enabled: run?.state === "done" });
  return (
    <section className={css.step}>
      {of.undone_at && <p className={css.note}>{t("imports.undoneAt", { when: formatAgo(of.undone_at) })}</p>}
      <p className={css.lead}>{t("imports.resultLead")}</p>
      {run && isRunning(run) && <Progress of={run} label={t("imports.comparing")} />}
      {run?.state === "failed" && <p role="alert" className={css.trouble}>{run.error}</p>}
      {told.isError && <ErrorState error={told.error} onRetry={() => void told.refetch()} />}
      {told.data && run && <Sides of={of} told={told.data} run={run.id} />}
      <Trouble of={compare.error} />
      <div className={css.actions}>
        <Link to="/w/$workspace/roadmap" params={{ workspace: slug }} className={css.link ?? ""}>
          {t("imports.openRoadmap")}
        </Link>
        <Button disabled={!canEdit || compare.isPending || isRunning(run) || of.files_gone_at !== null} onClick={() => compare.mutate()}>
          {t("imports.compareAgain")}
        </Button>
        <UndoButton of={of} />
      </div>
    </section>
  );
}

interface Looked {
  which: ListName;
  field: string;
}

function Sides({ of, told, run }: { of: Import; told: Reconciliation; run: string }) {
  const [looked, setLooked] = useState<Looked | null>(null);
  const differences = told.missing + told.differing;
  const look = (next: Looked) => setLooked(looked?.field === next.field && looked.which === next.which ? null : next);
  return (
    <>
      {told.compared_at && <p className={css.muted}>{t("imports.comparedAt", { when: formatAgo(told.compared_at) })}</p>}
      {differences === 0 && told.rejected === 0 && <p className={css.good}>{t("imports.agree")}</p>}
      <div className={css.buttonsLeft}>
        {told.differing > 0 && (
          <Button onClick={() => look({ which: "differ", field: "" })}>{plural("imports.differingOne", "imports.differing", told.differing)}</Button>
        )}
        {told.missing > 0 && (
          <Button onClick={() => look({ which: "differ", field: "title" })}>{plural("imports.missingOne", "imports.missing", told.missing)}</Button>
        )}
        {told.rejected > 0 && (
          <Button onClick={() => look({ which: "reject", field: "" })}>{plural("imports.rejectedRow", "imports.rejectedRows", told.rejected)}</Button>
        )}
      </div>
      <div className={css.scroll}>
        <table className={css.sides}>
          <thead>
            <tr>
              <th scope="col" />
              <th scope="col">{t("imports.inFile")}</th>
              <th scope="col">{t("imports.here")}</th>
              <th scope="col">{t("imports.difference")}</th>
            </tr>
          </thead>
          <tbody>
            <Side label={t("imports.rows")} file={told.file_rows} here={told.here_rows} />
            {told.sums.map((each) => (
              <Side
                key={each.field}
                label={t("imports.sumOf", { field: each.label })}
                file={Number(each.file)}
                here={Number(each.here)}
                onLook={() => look({ which: "differ", field: each.field })}
              />
            ))}
          </tbody>
          {told.groups.map((group) => (
            <tbody key={group.field}>
              <tr className={css.group}>
                <th scope="rowgroup" colSpan={4}>{group.label}</th>
              </tr>
              {group.values.slice(0, 40).map((value) => (
                <Side
                  key={value.value}
                  label={value.label || t("imports.none")}
                  file={value.file}
                  here={value.here}
                  onLook={() => look({ which: "differ", field: group.field })}
                />
              ))}
            </tbody>
          ))}
        </table>
      </div>
      {looked && (
        <section className={css.looked} aria-label={t(`imports.list.${looked.which === "reject" ? "reject" : "differ"}`)}>
          <h2>{t(`imports.list.${looked.which === "reject" ? "reject" : "differ"}`)}</h2>
          <RowsList importId={of.id} which={looked.which} run={run} field={looked.field} />
        </section>
      )}
    </>
  );
}

function Side({ label, file, here, onLook }: { label: string; file: number; here: number; onLook?: () => void }) {
  const difference = Math.round((here - file) * 1e6) / 1e6;
  const words = difference > 0 ? `+${difference.toLocaleString("en")}` : difference.toLocaleString("en");
  return (
    <tr data-differs={difference !== 0 || undefined}>
      <th scope="row">{label}</th>
      <td className="num">{file.toLocaleString("en")}</td>
      <td className="num">{here.toLocaleString("en")}</td>
      <td className="num">
        {difference !== 0 && onLook ? (
          <button type="button" className={css.look} onClick={onLook}>{words}</button>
        ) : (
          words
        )}
      </td>
    </tr>
  );
}

function UndoButton({ of }: { of: Import }) {
  const { canEdit } = useHere();
  const [asked, setAsked] = useState(false);
  const invalidate = useInvalidatePlan();
  const undo = useImportWrite(
    (batch: string) => data(api.POST("/api/v1/batches/{batch_id}/undo", { params: { path: { batch_id: batch } } })),
    () => {
      setAsked(false);
      invalidate();
    },
  );
  const batch = of.batch_id;
  if (!batch || of.undone_at || !canEdit) return null;
  return (
    <>
      <Button icon="undo" onClick={() => setAsked(true)}>
        {t("imports.undo")}
      </Button>
      {asked && (
        <Dialog title={t("imports.undoTitle")} onClose={() => setAsked(false)}>
          <p className={css.ask}>{t("imports.undoText")}</p>
          <Trouble of={undo.error} />
          <div className={css.buttons}>
            <Button onClick={() => setAsked(false)}>{t("action.cancel")}</Button>
            <Button tone="primary" disabled={undo.isPending} onClick={() => undo.mutate(batch)}>
              {t("imports.undo")}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
