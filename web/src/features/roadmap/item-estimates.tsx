import { useState } from "react";
import type { Estimate, Item } from "../../api/types";
import { useHere } from "../../api/workspace";
import { formatRange } from "../../lib/format";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Floating } from "../../ui/floating";
import { IconButton } from "../../ui/icon-button";
import { Picker } from "../../ui/picker";
import css from "./item-panel.module.css";
import { Section } from "./section";
import { refName } from "./values";
import { useSetEstimates } from "./writes";

interface Props {
  item: Item;
  canEdit: boolean;
  onUndo: (changeSet: string) => void;
}

/** An estimate that is being written may have no likely value yet. */
type Draft = Omit<Estimate, "likely"> & { likely: number | null };

const ENDS = ["low", "likely", "high"] as const;

/** Effort in person-days, one line per team: low, likely, high. */
export function ItemEstimates({ item, canEdit, onUndo }: Props) {
  const { config } = useHere();
  const save = useSetEstimates(item.id, onUndo);
  const [adding, setAdding] = useState(false);
  const [draft, setDraft] = useState<Draft | null>(null);
  const list: Draft[] = draft ? [...item.estimates.filter((each) => each.team_id !== draft.team_id), draft] : item.estimates;
  const free = config.teams.filter((team) => !item.estimates.some((each) => each.team_id === team.id));

  function put(next: Draft) {
    const { likely } = next;
    if (likely === null) setDraft(next);
    else {
      setDraft(null);
      save.mutate([...item.estimates.filter((each) => each.team_id !== next.team_id), { ...next, likely }]);
    }
  }

  const add = (
    <Floating
      opened={adding}
      onClose={() => setAdding(false)}
      label={t("estimate.add")}
      position="bottom-end"
      target={
        <Button tone="quiet" icon="plus" onClick={() => setAdding(true)}>
          {t("estimate.add")}
        </Button>
      }
    >
      <Picker
        label={t("estimate.team")}
        choices={free.map((team) => ({ value: team.id, label: team.name }))}
        selected={[]}
        onClose={() => setAdding(false)}
        onPick={([team_id]) => {
          setAdding(false);
          if (team_id) setDraft({ team_id, low: null, likely: null, high: null });
        }}
      />
    </Floating>
  );

  return (
    <Section title={t("item.estimates")} action={canEdit ? add : undefined}>
      {list.length === 0 ? (
        <p className={css.missing}>{t("estimate.none")}</p>
      ) : (
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t("estimate.team")}</th>
              {ENDS.map((end) => (
                <th key={end} scope="col" data-right>
                  {t(`estimate.${end}`)}
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">{t("estimate.remove")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {list.map((estimate) => (
              <tr key={estimate.team_id ?? "none"} title={t("estimate.days", { range: formatRange(estimate.low, estimate.likely, estimate.high) })}>
                <td>{estimate.team_id ? refName(config, "team", estimate.team_id) : t("estimate.noTeam")}</td>
                {ENDS.map((end) => (
                  <td key={end} data-right>
                    <DaysInput
                      label={`${t(`estimate.${end}`)}, ${estimate.team_id ? refName(config, "team", estimate.team_id) : ""}`}
                      value={estimate[end]}
                      disabled={!canEdit}
                      onSave={(days) => put({ ...estimate, [end]: days })}
                    />
                  </td>
                ))}
                <td data-right>
                  {canEdit && (
                    <IconButton
                      icon="close"
                      label={t("estimate.remove")}
                      onClick={() => {
                        setDraft(null);
                        const rest = item.estimates.filter((each) => each.team_id !== estimate.team_id);
                        if (rest.length < item.estimates.length) save.mutate(rest);
                      }}
                    />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

interface DaysProps {
  label: string;
  value: number | null;
  disabled: boolean;
  onSave: (days: number | null) => void;
}

function DaysInput({ label, value, disabled, onSave }: DaysProps) {
  const [draft, setDraft] = useState<string | null>(null);
  function finish() {
    if (draft === null) return;
    const days = draft.trim() === "" ? null : Number(draft);
    if (days === null || (Number.isFinite(days) && days >= 0)) {
      if (days !== (value === null ? null : Number(value))) onSave(days);
    }
    setDraft(null);
  }
  return (
    <input
      className={css.days}
      inputMode="decimal"
      aria-label={label}
      disabled={disabled}
      value={draft ?? (value === null ? "" : String(Number(value)))}
      placeholder="—"
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
      }}
    />
  );
}
