import type { ImportSummary } from "./queries";

export const STEPS = ["files", "mapping", "check", "apply", "result"] as const;
export type Step = (typeof STEPS)[number];

export const isStep = (text: string): text is Step => STEPS.some((step) => step === text);

const USUAL: Record<ImportSummary["status"], Step> = {
  files: "files", mapping: "mapping", checking: "check", checked: "check", failed: "check", cancelled: "check",
  applying: "apply", applied: "result", undone: "result", discarded: "files",
};

/** Where somebody who opens an import goes on. */
export const usualStep = (status: ImportSummary["status"]): Step => USUAL[status];

/** Whether a step can be looked at as things stand. */
export function isReachable(step: Step, of: Pick<ImportSummary, "status"> & { recipe: string; checked: unknown }): boolean {
  const over = of.status === "applied" || of.status === "undone";
  if (step === "result") return over;
  if (step === "apply") return over || of.status === "checked" || of.status === "applying" || of.status === "failed";
  if (step === "check") return of.recipe !== "";
  return step === "mapping" ? of.recipe !== "" : true;
}
