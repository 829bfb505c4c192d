import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useHere } from "../../api/workspace";
import { type Message, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import { ApplyStep } from "./apply-step";
import { CheckStep } from "./check-step";
import { FilesStep } from "./files-step";
import css from "./imports.module.css";
import { MappingStep } from "./mapping-step";
import { calls, type Import, importQuery, useImportWrite } from "./queries";
import { ResultStep } from "./result-step";
import { isReachable, isStep, type Step, STEPS, usualStep } from "./steps";

export interface StepProps {
  of: Import;
  onGo: (step: Step) => void;
}

const SCREENS: Record<Step, (props: StepProps) => React.ReactNode> = {
  files: FilesStep, mapping: MappingStep, check: CheckStep, apply: ApplyStep, result: ResultStep,
};

/** One import from its files to what came of it. The step stands in the address. */
export function ImportWizard({ id, step }: { id: string; step: string }) {
  const { slug } = useHere();
  const found = useQuery(importQuery(slug, id));
  const slow = useSlow(found.isPending);
  const navigate = useNavigate();
  const go = (to: Step) =>
    void navigate({ to: "/w/$workspace/imports/$id/$step", params: { workspace: slug, id, step: to } });
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return slow ? <SkeletonLines count={8} height={40} /> : null;
  const of = found.data;
  const wanted = isStep(step) && isReachable(step, of) ? step : usualStep(of.status);
  const Screen = SCREENS[wanted];
  return (
    <div className={css.wizard}>
      <Head of={of} />
      <nav aria-label={t("imports.steps")}>
        <ol className={css.steps}>
          {STEPS.map((each, index) => (
            <li key={each} aria-current={each === wanted ? "step" : undefined}>
              <button type="button" disabled={!isReachable(each, of)} onClick={() => go(each)}>
                <span className={css.number}>{index + 1}</span>
                {t(`imports.step.${each}`)}
              </button>
            </li>
          ))}
        </ol>
      </nav>
      <Screen of={of} onGo={go} />
    </div>
  );
}

function Head({ of }: { of: Import }) {
  const { slug, canEdit } = useHere();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const discard = useImportWrite(
    () => calls.discard(of.id),
    () => void navigate({ to: "/w/$workspace/imports", params: { workspace: slug } }),
  );
  const over = of.status === "applied" || of.status === "undone" || of.files_gone_at !== null;
  return (
    <header className={css.head}>
      <div className={css.words}>
        <Link to="/w/$workspace/imports" params={{ workspace: slug }} className={css.back ?? ""}>
          {t("imports.back")}
        </Link>
        <h1 className={css.title}>{of.label || t("imports.new")}</h1>
      </div>
      <span className={css.status} data-status={of.status}>
        {t(`imports.status.${of.status}` as Message)}
      </span>
      {canEdit && !over && (
        <Button icon="trash" onClick={() => setAsked(true)}>
          {t("imports.discard")}
        </Button>
      )}
      {asked && (
        <Dialog title={t("imports.discardTitle")} onClose={() => setAsked(false)}>
          <p className={css.ask}>{t("imports.discardText")}</p>
          <div className={css.buttons}>
            <Button onClick={() => setAsked(false)}>{t("action.cancel")}</Button>
            <Button tone="primary" onClick={() => discard.mutate()}>
              {t("imports.discard")}
            </Button>
          </div>
        </Dialog>
      )}
    </header>
  );
}
