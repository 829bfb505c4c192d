import { t } from "../lib/t";
import css from "./marks.module.css";

export const HEALTHS = ["on_track", "at_risk", "off_track", "unknown"] as const;
export type Health = (typeof HEALTHS)[number];

/** ● ▲ ◆ ○ on a 12 px grid, drawn rather than typed so that they are equally heavy in every font. */
const SHAPES: Record<Health, string> = {
  on_track: "M6 1.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Z",
  at_risk: "M6 1.2 11 10.4H1z",
  off_track: "m6 .8 5.2 5.2L6 11.2.8 6z",
  unknown: "M6 2.2a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6Z",
};

export const isHealth = (value: unknown): value is Health => HEALTHS.includes(value as Health);

/** Health by shape, word and colour, in that order of importance. */
export function HealthMark({ health, rolled = false }: { health: Health; rolled?: boolean }) {
  return (
    <span className={`${css.mark} ${rolled ? css.rolled : ""}`} data-health={health}>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" className={css.shape}>
        <path d={SHAPES[health]} />
      </svg>
      <span className={css.word}>{t(`health.${health}`)}</span>
    </span>
  );
}
