import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { Lens } from "../../api/types";
import { isPast, useHere } from "../../api/workspace";
import { type Day, addDays, daysBetween, formatDay, isDay, todayIn } from "../../lib/dates";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { IconButton } from "../../ui/icon-button";
import { asOf, densityBars, stepBy, yearMarks } from "./as-of";
import { daysQuery } from "./queries";
import css from "./time-rail.module.css";

/** How long the slider must rest before the question is asked. The label follows at once. */
const PAUSE_MS = 110;
const BEFORE_ALL_TIME = "1971-01-01";

interface Props {
  open: boolean;
  onClose: () => void;
  onOpen: () => void;
  onLens: (lens: Lens) => void;
}

/** Time as an instrument: a thin strip of everything that ever changed; opened, a slider over any day of it. */
export function TimeRail({ open, onClose, onOpen, onLens }: Props) {
  const { slug, lens, config } = useHere();
  const days = useQuery(daysQuery(slug));
  const today = todayIn(config.workspace.timezone);
  const first = firstDay(days.data?.days ?? [], today);
  const bars = useMemo(() => densityBars(days.data?.days ?? [], first, today), [days.data, first, today]);
  const [draft, setDraft] = useState<Day | null>(null);
  const send = useRef(onLens);
  useEffect(() => {
    send.current = onLens;
  });

  useEffect(() => {
    if (draft === null) return undefined;
    const timer = window.setTimeout(() => {
      const day = asOf(draft, first, today);
      send.current({ ...lens, ...(day ? { as_of: day } : { as_of: undefined }) } as Lens);
      setDraft(null);
    }, PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [draft, first, today, lens]);

  const day = draft ?? lens.as_of ?? today;
  const span = Math.max(1, daysBetween(first, today));
  const share = Math.min(1, Math.max(0, daysBetween(first, day) / span));

  if (!open) {
    return (
      <button
        type="button"
        className={css.strip}
        data-past={isPast(lens) || undefined}
        aria-label={t("rail.open")}
        onClick={onOpen}
      >
        <Density bars={bars} />
        <span className={css.notch} style={{ left: `${share * 100}%` }} />
      </button>
    );
  }

  function handleKey(event: KeyboardEvent) {
    const next = stepBy(event.key, event.shiftKey, day, first, today);
    if (next !== undefined) {
      event.preventDefault();
      setDraft(next);
    } else if (event.key === "Escape") {
      event.preventDefault();
      onClose();
    }
  }

  return (
    <section className={css.rail} data-past={day < today || undefined} aria-label={t("rail.label")}>
      <div className={css.controls}>
        <label className={css.field}>
          <span>{t("rail.asOf")}</span>
          <input
            type="date"
            className={css.date}
            min={first}
            max={today}
            value={day}
            onChange={(event) => isDay(event.currentTarget.value) && setDraft(event.currentTarget.value)}
          />
        </label>
        <KnownOn today={today} first={first} onLens={onLens} />
        <span className={css.spacer} />
        <IconButton icon="close" label={t("rail.close")} shortcut="T" onClick={onClose} />
      </div>
      <div className={css.track}>
        <Density bars={bars} />
        {yearMarks(first, today).map(({ year, left }) => (
          <span key={year} className={css.year} style={{ left: `${left * 100}%` }} aria-hidden="true">
            {year}
          </span>
        ))}
        <span className={css.cursor} style={{ left: `${share * 100}%` }} aria-hidden="true">
          <span className={css.flag} data-edge={share > 0.9 ? "right" : share < 0.1 ? "left" : undefined}>
            {day >= today ? t("rail.today") : formatDay(day)}
          </span>
        </span>
        <input
          type="range"
          className={css.slider}
          aria-label={t("rail.slider")}
          aria-valuetext={day >= today ? t("rail.today") : formatDay(day)}
          min={0}
          max={span}
          value={daysBetween(first, day)}
          onChange={(event) => setDraft(addDays(first, Number(event.currentTarget.value)))}
          onKeyDown={handleKey}
        />
      </div>
    </section>
  );
}

/** The first day on which something happened. Configuration that holds from before all time carries a token date. */
function firstDay(days: { day: Day }[], today: Day): Day {
  const first = days.find(({ day }) => day > BEFORE_ALL_TIME)?.day;
  return first && first < today ? first : addDays(today, -30);
}

function Density({ bars }: { bars: { left: number; width: number; height: number }[] }) {
  return (
    <svg className={css.density} viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
      {bars.map((bar) => (
        <rect
          key={bar.left}
          x={bar.left * 1000}
          width={Math.max(1, bar.width * 1000 - 1.5)}
          y={100 - bar.height * 100}
          height={bar.height * 100}
        />
      ))}
    </svg>
  );
}

/** The second clock: the past as we knew it on a given day, for reports that must not change after they were sent. */
function KnownOn({ today, first, onLens }: { today: Day; first: Day; onLens: (lens: Lens) => void }) {
  const { lens } = useHere();
  const [shown, setShown] = useState(lens.known_on !== undefined);
  if (!shown) {
    return (
      <Button tone="quiet" onClick={() => setShown(true)}>
        {t("rail.knownOnMore")}
      </Button>
    );
  }
  return (
    <label className={css.field} title={t("rail.knownOnHelp")}>
      <span>{t("rail.knownOn")}</span>
      <input
        type="date"
        className={css.date}
        min={first}
        max={today}
        value={lens.known_on ?? ""}
        onChange={(event) => {
          const { known_on: _before, ...rest } = lens;
          const chosen = event.currentTarget.value;
          onLens(isDay(chosen) ? { ...rest, known_on: chosen } : rest);
        }}
      />
    </label>
  );
}
