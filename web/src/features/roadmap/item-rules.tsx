import { useHere } from "../../api/workspace";
import { formatDay } from "../../lib/dates";
import { t } from "../../lib/t";
import { MISSING } from "../../lib/timeframe";
import { Button } from "../../ui/button";
import { HealthMark, isHealth } from "../../ui/health-mark";
import { Value } from "./cells";
import type { Column } from "./columns";
import panel from "./item-panel.module.css";
import css from "./item-rules.module.css";
import { type ItemRules, useConfirmField } from "./rules";
import { Section } from "./section";

interface Arranged {
  name: string;
  columns: Column[];
}

/** The columns in the sections of the layout, without those it hides; what it does not name stands in front. */
export function arranged(columns: Column[], rules: ItemRules | undefined): Arranged[] {
  const named = new Set(rules?.sections.flatMap((section) => section.fields.map((each) => each.field)));
  const sections = (rules?.sections ?? []).map((section) => ({
    name: section.name,
    columns: section.fields.flatMap((each) => (each.hidden ? [] : (columns.find((column) => column.name === each.field) ?? []))),
  }));
  return [{ name: "", columns: columns.filter((column) => !named.has(column.name)) }, ...sections.filter((section) => section.columns.length > 0)];
}

/** An asterisk where a value is required by now; loud where it is missing. */
export function RequiredMark({ name, rules }: { name: string; rules: ItemRules }) {
  const field = rules.sections.flatMap((section) => section.fields).find((each) => each.field === name);
  if (!field?.required) return null;
  const missing = rules.missing.includes(name);
  const words = missing ? t("rules.requiredMissing") : t(`rules.requiredFrom.${field.required}`);
  return (
    <span className={css.required} data-missing={missing || undefined} data-due={field.due || undefined} title={words}>
      <span aria-hidden="true"> *</span>
      <span className="visually-hidden">{words}</span>
      {missing && <span className={css.owed}> {t("rules.required")}</span>}
    </span>
  );
}

interface StaleProps {
  itemId: string;
  column: Column;
  rules: ItemRules;
  canEdit: boolean;
}

/** A value that nobody looked at for too long, and the one click that says it is still true. */
export function StaleMark({ itemId, column, rules, canEdit }: StaleProps) {
  const confirm = useConfirmField(itemId, column.label);
  if (!rules.stale.includes(column.name)) return null;
  return (
    <span className={css.stale} title={t("rules.stale")}>
      <span className={css.staleWord}>{t("rules.staleShort")}</span>
      {canEdit && (
        <Button tone="quiet" disabled={confirm.isPending} onClick={() => confirm.mutate(column.name)} aria-label={t("rules.confirmField", { field: column.label })}>
          {t("rules.confirm")}
        </Button>
      )}
    </span>
  );
}

/** Why the health is what counts: until when it holds as stated, or what was inferred instead, and from what. */
export function HealthReasons({ rules: { health } }: { rules: ItemRules }) {
  const { config } = useHere();
  if (health.current === null && health.said === null) return null;
  const by = config.people.find((person) => person.id === health.by_id)?.name;
  if (health.source === "stated") {
    const words = [by && t("health.statedBy", { name: by }), health.until && t("health.holdsUntil", { day: formatDay(health.until) })];
    const line = words.filter(Boolean).join(" · ");
    return line ? <p className={css.reason}>{line}</p> : null;
  }
  return (
    <div className={css.reason}>
      {health.source === "expired" && (
        <p className={css.expired}>{health.until ? t("health.expired", { day: formatDay(health.until) }) : t("health.expiredBare")}</p>
      )}
      <p className={css.inferred}>
        <span>{t("health.inferredWord")}</span>
        {isHealth(health.inferred) && <HealthMark health={health.inferred} rolled />}
      </p>
      {health.why && <p>{health.why}</p>}
    </div>
  );
}

/** What the dates suggest, where nobody has stated a horizon. */
export function HorizonHint({ rules: { horizon } }: { rules: ItemRules }) {
  if (horizon.stated !== null || horizon.suggested === null) return null;
  return (
    <span className={panel.rolled}>
      {t(`horizon.${horizon.suggested}`)} · {t("horizon.suggestedWord")}
    </span>
  );
}

/** The fields that formulas and roll-ups give, with what they are computed of, or why they have no value. */
export function ComputedFields({ rules }: { rules: ItemRules }) {
  const { config } = useHere();
  if (rules.computed.length === 0) return null;
  return (
    <Section title={t("rules.computed")}>
      <dl className={panel.properties}>
        {rules.computed.map((each) => (
          <div key={each.name} className={panel.property}>
            <dt>
              {each.label}
              {each.unit && <span className={panel.unit}> {each.unit === "person-days" ? "d" : each.unit}</span>}
            </dt>
            <dd>
              <span className={panel.fixed} title={each.formula ? t("rules.formula", { formula: each.formula }) : t("rules.rollsUp", { how: each.rolls_up ?? "" })}>
                {each.value === null || each.value === undefined ? (
                  <span className={panel.missing}>{MISSING}</span>
                ) : (
                  <Value value={each.value} column={{ name: each.name.replace(/\.rolled$/, ""), kind: each.type }} config={config} />
                )}
              </span>
              {each.problem && <p className={css.problem}>{each.problem}</p>}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
