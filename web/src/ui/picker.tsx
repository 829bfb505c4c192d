import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { t } from "../lib/t";
import { Icon } from "./icons";
import css from "./picker.module.css";

export interface Choice {
  value: string;
  label: string;
  mark?: ReactNode;
  hint?: string;
}

interface Props {
  label: string;
  choices: Choice[];
  selected: string[];
  many?: boolean;
  /** Offers "none" as a choice that clears the value. */
  clearable?: boolean;
  /** Offers what was typed as a new value (tags). */
  creatable?: boolean;
  /** Set when the choices come from a search: told what was typed, and nothing is narrowed here. */
  onSearch?: (text: string) => void;
  onPick: (values: string[]) => void;
  onClose: () => void;
}

const LIMIT = 200;
const NONE = "";

/** A searchable list for one or many values: type to narrow, arrows to move, Enter to take, Esc to leave. */
export function Picker({ label, choices, selected, many = false, clearable = false, creatable = false, onSearch, onPick, onClose }: Props) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(selected);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const shown = useMemo(
    () => (onSearch ? choices : narrowed(choices, text, { clearable, creatable })),
    [choices, text, clearable, creatable, onSearch],
  );
  const [active, setActive] = useState(() => Math.max(0, shown.findIndex((choice) => selected.includes(choice.value))));
  const current = Math.min(active, shown.length - 1);

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    list.current?.children[current]?.scrollIntoView?.({ block: "nearest" });
  }, [current]);

  function take(choice: Choice | undefined) {
    if (!choice) return;
    if (!many) {
      onPick(choice.value === NONE ? [] : [choice.value]);
      return;
    }
    const next = toggled(chosen, choice.value);
    setChosen(next);
    setText("");
  }

  function handleKey(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.key === "ArrowDown") setActive(Math.min(current + 1, shown.length - 1));
    else if (event.key === "ArrowUp") setActive(Math.max(current - 1, 0));
    else if (event.key === "Enter" && many && text === "" && (event.metaKey || event.ctrlKey)) onPick(chosen);
    else if (event.key === "Enter") take(shown[current]);
    else if (event.key === "Escape") onClose();
    else if (event.key === "Tab" && many) onPick(chosen);
    else return;
    event.preventDefault();
  }

  return (
    <div className={css.picker}>
      <input
        ref={input}
        className={css.search}
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={shown[current] ? `${id}-${current}` : undefined}
        placeholder={creatable ? t("picker.typeOrAdd") : t("picker.type")}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
          onSearch?.(event.currentTarget.value);
        }}
        onKeyDown={handleKey}
      />
      <ul ref={list} id={id} className={css.list} role="listbox" aria-label={label} aria-multiselectable={many}>
        {shown.map((choice, index) => {
          const on = choice.value === NONE ? chosen.length === 0 : chosen.includes(choice.value);
          return (
            // Keys are handled by the search box, which keeps the focus (aria-activedescendant).
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <li
              key={choice.value}
              id={`${id}-${index}`}
              role="option"
              aria-selected={on}
              data-active={index === current || undefined}
              className={css.option}
              onMouseMove={() => setActive(index)}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(choice)}
            >
              <span className={css.tick}>{on && <Icon name="check" size={14} />}</span>
              <span className={css.word}>{choice.mark ?? choice.label}</span>
              {choice.hint && <span className={css.hint}>{choice.hint}</span>}
            </li>
          );
        })}
        {shown.length === 0 && <li className={css.none}>{t("picker.nothing")}</li>}
      </ul>
      {many && (
        <div className={css.foot}>
          <button type="button" className={css.done} onClick={() => onPick(chosen)}>
            {t("picker.done")}
          </button>
        </div>
      )}
    </div>
  );
}

function toggled(values: string[], value: string): string[] {
  if (value === NONE) return [];
  return values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
}

function narrowed(choices: Choice[], text: string, options: { clearable: boolean; creatable: boolean }): Choice[] {
  const words = text.trim().toLowerCase();
  if (words === "") {
    const none = options.clearable ? [{ value: NONE, label: t("picker.none") }] : [];
    return [...none, ...choices].slice(0, LIMIT);
  }
  const starts = choices.filter((choice) => choice.label.toLowerCase().startsWith(words));
  const holds = choices.filter((choice) => choice.label.toLowerCase().includes(words) && !starts.includes(choice));
  const exact = choices.some((choice) => choice.label.toLowerCase() === words);
  const added = options.creatable && !exact ? [{ value: text.trim(), label: t("picker.add", { text: text.trim() }) }] : [];
  return [...starts, ...holds, ...added].slice(0, LIMIT);
}
