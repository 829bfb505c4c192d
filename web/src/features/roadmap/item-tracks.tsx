import { useState } from "react";
import type { Item } from "../../api/types";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { MISSING } from "../../lib/timeframe";
import { Floating } from "../../ui/floating";
import { PhaseMark } from "../../ui/phase-mark";
import { Picker } from "../../ui/picker";
import { Section } from "./section";
import css from "./item-panel.module.css";
import { phaseChoices } from "./values";
import { useSetTrackPhase } from "./writes";

interface Props {
  item: Item;
  canEdit: boolean;
  onUndo: (changeSet: string) => void;
}

/** Where the item is in the workstreams beside the primary one. */
export function ItemTracks({ item, canEdit, onUndo }: Props) {
  const { config } = useHere();
  const [open, setOpen] = useState<string | null>(null);
  const set = useSetTrackPhase(item.id, onUndo);
  const tracks = config.tracks.filter((track) => !track.primary);
  if (tracks.length === 0) return null;
  return (
    <Section title={t("item.tracks")}>
      <dl className={css.properties}>
        {tracks.map((track) => {
          const phaseId = item.phases.find((each) => each.track_id === track.id)?.phase_id;
          const phase = config.phases.find((each) => each.id === phaseId);
          const content = phase ? <PhaseMark name={phase.name} category={phase.category} /> : MISSING;
          return (
            <div key={track.id} className={css.property}>
              <dt>{track.name}</dt>
              <dd>
                <Floating
                  opened={open === track.id}
                  onClose={() => setOpen(null)}
                  label={track.name}
                  target={
                    <button type="button" className={css.value} disabled={!canEdit} onClick={() => setOpen(track.id)}>
                      {content}
                    </button>
                  }
                >
                  <Picker
                    label={track.name}
                    choices={phaseChoices(config, track.id)}
                    selected={phaseId ? [phaseId] : []}
                    onClose={() => setOpen(null)}
                    onPick={([phase_id]) => {
                      setOpen(null);
                      if (phase_id) set.mutate({ track_id: track.id, phase_id });
                    }}
                  />
                </Floating>
              </dd>
            </div>
          );
        })}
      </dl>
    </Section>
  );
}
