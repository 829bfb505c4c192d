import type { ReactNode } from "react";
import type { Config, Timeframe } from "../../api/types";
import { formatAgo, formatDay, formatInstant, isDay } from "../../lib/dates";
import { formatFull, formatNumber, initials, valueColor } from "../../lib/format";
import { t } from "../../lib/t";
import { formatTimeframe, MISSING } from "../../lib/timeframe";
import { HealthMark, isHealth } from "../../ui/health-mark";
import { PhaseMark } from "../../ui/phase-mark";
import css from "./cells.module.css";
import type { Column } from "./columns";
import { type ItemRow, cell } from "./rows";
import { choicesOf, phaseOf, refName } from "./values";

/** What one cell shows. Stated values in ink; where one is missing, what the children add up to, marked with Σ. */
export function CellContent({ row, column, config }: { row: ItemRow; column: Column; config: Config }): ReactNode {
  const value = cell(row, column.name);
  if (isMissing(value, column.kind)) return <Rolled row={row} column={column} config={config} />;
  return <Value value={value} column={column} config={config} refs={row.block.refs} />;
}

export function isMissing(value: unknown, kind: string): boolean {
  if (value === null || value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  if (kind !== "timeframe") return false;
  const frame = value as Timeframe;
  return !frame.start && !frame.end && !frame.start_precision && !frame.end_precision;
}

interface ValueProps {
  value: unknown;
  column: Pick<Column, "name" | "kind">;
  config: Config;
  refs?: ItemRow["block"]["refs"];
}

export function Value({ value, column, config, refs }: ValueProps): ReactNode {
  const { kind, name } = column;
  if (kind === "phase") {
    const phase = phaseOf(config, String(value), refs);
    return <PhaseMark name={phase.name} category={phase.category} />;
  }
  if (kind === "health" && isHealth(value)) return <HealthMark health={value} />;
  if (kind === "owner") return <Person name={refName(config, name, String(value), refs)} />;
  if (kind === "timeframe") return <Words text={formatTimeframe(value as Timeframe, config.workspace.fiscal)} />;
  if (kind === "progress") return <Progress percent={Number(value)} />;
  if (kind === "number") return <Num value={Number(value)} />;
  if (kind === "bool") return value ? t("value.yes") : t("value.no");
  if (kind === "date") return formatDay(String(value));
  if (kind === "instant") return <time title={formatInstant(String(value))}>{formatAgo(String(value))}</time>;
  if (kind === "tags") return <Chips words={value as string[]} />;
  if (Array.isArray(value)) return <Chips words={value.map((id) => wordFor(config, name, String(id), refs))} colors={colorsFor(config, name, value)} />;
  if (name.startsWith("dim.")) return <Chips words={[wordFor(config, name, String(value), refs)]} colors={colorsFor(config, name, [value])} />;
  const words = kind === "ref" || kind === "choice" ? wordFor(config, name, String(value), refs) : String(value);
  return <Words text={isDay(words) ? formatDay(words) : words} />;
}

function wordFor(config: Config, name: string, value: string, refs?: ItemRow["block"]["refs"]): string {
  const choice = choicesOf(config, name).find((each) => each.value === value);
  if (choice) return choice.label;
  const known = refName(config, name, value, refs);
  return known === MISSING ? value : known;
}

/** The same value has the same colour on every screen: its place among the values of its dimension. */
function colorsFor(config: Config, name: string, ids: unknown[]): string[] | undefined {
  const values = config.dimensions.find((each) => `dim.${each.key}` === name)?.values;
  if (!values) return undefined;
  return ids.map((id) => {
    const at = values.findIndex((value) => value.id === id);
    return valueColor(values[at]?.color ?? "", Math.max(0, at));
  });
}

function Rolled({ row, column, config }: { row: ItemRow; column: Column; config: Config }): ReactNode {
  const rolled = column.also.map((name) => cell(row, name));
  if (rolled.every((value) => value === null || value === undefined)) return <span className={css.missing}>{MISSING}</span>;
  const title = t("rolled.hint");
  if (column.kind === "health") {
    return isHealth(rolled[0]) ? (
      <span className={css.rolled} title={title}>
        <Sigma />
        <HealthMark health={rolled[0]} rolled />
      </span>
    ) : (
      <span className={css.missing}>{MISSING}</span>
    );
  }
  const words =
    column.kind === "timeframe"
      ? formatTimeframe(rolledFrame(rolled), config.workspace.fiscal)
      : formatNumber(Number(rolled[0]));
  return (
    <span className={css.rolled} title={title}>
      <Sigma />
      <span>{words}</span>
    </span>
  );
}

function rolledFrame([start, startPrecision, end, endPrecision]: unknown[]): Timeframe {
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return {
    start: text(start),
    start_precision: text(startPrecision),
    end: text(end),
    end_precision: text(endPrecision),
  };
}

function Sigma() {
  return (
    <>
      <span aria-hidden="true" className={css.sigma}>
        Σ
      </span>
      <span className="visually-hidden">{t("rolled.word")}</span>
    </>
  );
}

/** Text that may be shortened: the whole of it is on hover. */
function Words({ text }: { text: string }) {
  return (
    <span className={css.word} title={text}>
      {text}
    </span>
  );
}

function Num({ value }: { value: number }) {
  const words = formatNumber(value);
  const full = formatFull(value);
  return <span title={full === words ? undefined : full}>{words}</span>;
}

function Progress({ percent }: { percent: number }) {
  return (
    <span className={css.progress}>
      <span className={css.track} aria-hidden="true">
        <span style={{ width: `${Math.min(100, Math.max(0, percent))}%` }} />
      </span>
      <span>{Math.round(percent)}</span>
    </span>
  );
}

export function Person({ name }: { name: string }) {
  return (
    <span className={css.person}>
      <span className={css.face} aria-hidden="true">
        {initials(name)}
      </span>
      <span className={css.word} title={name}>
        {name}
      </span>
    </span>
  );
}

function Chips({ words, colors }: { words: string[]; colors?: string[] | undefined }) {
  return (
    <span className={css.chips} title={words.join(", ")}>
      {words.map((word, index) => (
        <span key={word} className={css.chip}>
          {colors && <span className={css.dot} style={{ background: colors[index] }} aria-hidden="true" />}
          {word}
        </span>
      ))}
    </span>
  );
}
