import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Config, Timeframe } from "../../api/types";
import { useHere } from "../../api/workspace";
import { todayIn } from "../../lib/dates";
import type { Fiscal } from "../../lib/fiscal";
import { t } from "../../lib/t";
import { formatTimeframe, MISSING, parseTimeframe, quarterAround } from "../../lib/timeframe";
import { Floating } from "../../ui/floating";
import { HealthMark, isHealth } from "../../ui/health-mark";
import { PhaseMark } from "../../ui/phase-mark";
import { type Choice, Picker } from "../../ui/picker";
import css from "./cell-editor.module.css";
import { Person } from "./cells";
import type { Column } from "./columns";
import { choicesOf } from "./values";

interface Props {
  column: Pick<Column, "name" | "label" | "editor" | "kind">;
  value: unknown;
  onSave: (value: unknown) => void;
  onClose: () => void;
}

/** Edits one value where it stands. Enter or leaving saves, Esc leaves it as it was. */
export function CellEditor(props: Props) {
  const { editor } = props.column;
  if (editor === "timeframe") return <TimeframeEditor {...props} />;
  if (editor === "pick" || editor === "pickMany" || editor === "tags" || editor === "bool") return <PickEditor {...props} />;
  return <TextEditor {...props} />;
}

function TextEditor({ column, value, onSave, onClose }: Props) {
  const number = column.editor === "number";
  const [text, setText] = useState(value === null || value === undefined ? "" : String(value));
  const input = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);

  function save() {
    if (done.current) return;
    const next = read(text, column.editor);
    if (next === undefined || (column.name === "title" && next === null)) {
      done.current = true;
      onClose();
      return;
    }
    done.current = true;
    onSave(next);
  }
  function handleKey(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.key === "Enter") save();
    else if (event.key === "Escape") {
      done.current = true;
      onClose();
    } else return;
    event.preventDefault();
  }

  return (
    <input
      ref={input}
      className={css.input}
      data-right={number || undefined}
      type={column.editor === "date" ? "date" : "text"}
      inputMode={number ? "decimal" : undefined}
      aria-label={column.label}
      aria-invalid={number && read(text, "number") === undefined}
      maxLength={500}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={handleKey}
      onBlur={save}
    />
  );
}

/** The value in an input: null when empty, undefined when it cannot be read. */
function read(text: string, editor: Column["editor"]): unknown {
  const words = text.trim();
  if (words === "") return null;
  if (editor !== "number") return words;
  const value = Number(words.replaceAll(",", ""));
  return Number.isFinite(value) ? value : undefined;
}

function PickEditor({ column, value, onSave, onClose }: Props) {
  const { config } = useHere();
  const many = column.editor === "pickMany" || column.editor === "tags";
  const selected = Array.isArray(value) ? value.map(String) : value === null || value === undefined ? [] : [String(value)];
  const list = column.name.startsWith("dim.") ? Array.isArray(value) || many : many;
  return (
    <Floating opened onClose={onClose} label={column.label} target={<span className={css.anchor} />}>
      <Picker
        label={column.label}
        choices={marked(config, column)}
        selected={selected}
        many={list}
        creatable={column.editor === "tags"}
        clearable={!["phase", "level"].includes(column.name)}
        onClose={onClose}
        onPick={(values) => onSave(fromPicked(values, column, list))}
      />
    </Floating>
  );
}

function fromPicked(values: string[], column: Props["column"], list: boolean): unknown {
  if (list) return values;
  if (column.editor === "bool") return values[0] === undefined ? null : values[0] === "true";
  return values[0] ?? null;
}

function marked(config: Config, column: Props["column"]): Choice[] {
  if (column.editor === "bool") {
    return [
      { value: "true", label: t("value.yes") },
      { value: "false", label: t("value.no") },
    ];
  }
  return choicesOf(config, column.name).map((choice) => {
    if (isHealth(choice.value) && column.name === "health") return { ...choice, mark: <HealthMark health={choice.value} /> };
    if (column.name === "owner") return { ...choice, mark: <Person name={choice.label} /> };
    const phase = column.name === "phase" ? config.phases.find((each) => each.id === choice.value) : undefined;
    return phase ? { ...choice, mark: <PhaseMark name={phase.name} category={phase.category} /> } : choice;
  });
}

function TimeframeEditor(props: Props) {
  return (
    <Floating opened onClose={props.onClose} label={props.column.label} target={<span className={css.anchor} />}>
      <TimeframeForm {...props} />
    </Floating>
  );
}

/** Timeframes are typed as people say them; the likely ones are one click away. Nothing here adds precision. */
function TimeframeForm({ column, value, onSave, onClose }: Props) {
  const { config } = useHere();
  const { fiscal } = config.workspace;
  const words = formatTimeframe(value as Timeframe | null, fiscal);
  const [text, setText] = useState(words === MISSING ? "" : words);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const frame = parseTimeframe(text, fiscal);
  const today = todayIn(config.workspace.timezone);
  const near = [0, 1, 2, 3, 4, 5].map((by) => quarterAround(today, by, fiscal));

  function handleKey(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.key === "Enter" && frame) onSave(frame);
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
  }

  return (
    <div className={css.timeframe}>
        <input
          ref={input}
          className={css.typed}
          aria-label={column.label}
          aria-invalid={frame === null}
          aria-describedby="timeframe-reading"
          placeholder={t("timeframe.placeholder")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={handleKey}
        />
        <p id="timeframe-reading" className={css.reading} data-wrong={frame === null || undefined} aria-live="polite">
          {frame === null ? t("timeframe.unread") : reading(frame, fiscal)}
        </p>
        <div className={css.near}>
          {near.map((quarter) => (
            <button key={quarter} type="button" className={css.quarter} onClick={() => onSave(parseTimeframe(quarter, fiscal))}>
              {quarter}
            </button>
          ))}
        </div>
        <div className={css.foot}>
          <button type="button" className={css.quarter} onClick={() => onSave(parseTimeframe("later"))}>
            {t("timeframe.later")}
          </button>
          <button type="button" className={css.quarter} onClick={() => onSave(parseTimeframe(""))}>
            {t("timeframe.none")}
          </button>
        </div>
    </div>
  );
}

function reading(frame: Timeframe, fiscal: Fiscal): string {
  if (!frame.start_precision && !frame.end_precision) return t("timeframe.willClear");
  const precision = frame.end_precision ?? frame.start_precision ?? "";
  return t("timeframe.reads", { words: formatTimeframe(frame, fiscal), precision });
}
