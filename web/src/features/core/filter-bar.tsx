import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type Ref, useEffect, useId, useImperativeHandle, useRef, useState } from "react";
import type { Completion, QueryProblem } from "../../api/types";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { Icon } from "../../ui/icons";
import { IconButton } from "../../ui/icon-button";
import css from "./filter-bar.module.css";
import { runsOf } from "./filter-text";
import { completionQuery } from "./queries";

/** From the last letter typed to the question asked. */
const PAUSE_MS = 120;
/** Half a word is not an error yet. */
const COMPLAIN_MS = 500;
const MOST_SUGGESTED = 12;

/** A field without a value yet: `team:`. Nothing to ask, and nothing to complain of. */
const UNFINISHED = /(?:^|[\s(])-?[a-z][\w.]*:$/i;

export interface FilterBarHandle {
  focus: () => void;
}

interface Props {
  text: string;
  onChange: (text: string) => void;
  problems: QueryProblem[];
  ref?: Ref<FilterBarHandle>;
}

/** The filter as text. Chips are drawn behind the very letters that make them, so text and chips cannot disagree. */
export function FilterBar({ text, onChange, problems, ref }: Props) {
  const [draft, setDraft] = useState(text);
  const [sent, setSent] = useState(text);
  const [seen, setSeen] = useState(text);
  const [caret, setCaret] = useState<number | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const send = useRef(onChange);
  useEffect(() => {
    send.current = onChange;
  });
  useImperativeHandle(ref, () => ({
    focus: () => {
      area.current?.focus();
      area.current?.setSelectionRange(draft.length, draft.length);
    },
  }));

  if (text !== seen) {
    setSeen(text);
    if (text !== sent) {
      // The address changed by itself (Back, a link): it wins over the draft.
      setSent(text);
      setDraft(text);
    }
  }
  useEffect(() => {
    if (draft === sent || UNFINISHED.test(draft)) return undefined;
    const timer = window.setTimeout(() => {
      setSent(draft);
      send.current(draft);
    }, PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [draft, sent]);

  function write(next: string, at: number) {
    setDraft(next);
    setCaret(at);
    window.requestAnimationFrame(() => area.current?.setSelectionRange(at, at));
  }
  function apply() {
    setSent(draft);
    send.current(draft);
    setCaret(null);
  }

  const settled = useSettled(draft, COMPLAIN_MS);
  const shown = settled && draft === sent ? problems : [];
  const list = useCompletions(draft, caret, write);
  const listId = useId();
  const helpId = useId();

  function handleKey(event: KeyboardEvent) {
    if (list.handleKey(event)) return;
    if (event.key === "Enter") {
      event.preventDefault();
      apply();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (list.open) setCaret(null);
      else area.current?.blur();
    }
  }

  return (
    <div className={css.bar} data-wrong={shown.length > 0 || undefined}>
      <span className={css.icon}>
        <Icon name="filter" />
      </span>
      <div className={css.field}>
        <div className={css.mirror} aria-hidden="true">
          {runsOf(draft, shown).map((run, index) => (
            <span key={index} data-chip={run.chip || undefined} data-wrong={run.wrong || undefined}>
              {run.text}
            </span>
          ))}
          {"\u200b"}
        </div>
        <textarea
          ref={area}
          className={css.text}
          rows={1}
          spellCheck={false}
          autoCapitalize="off"
          aria-label={t("filter.label")}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={list.open ? listId : undefined}
          aria-activedescendant={list.open && list.active >= 0 ? `${listId}-${list.active}` : undefined}
          aria-invalid={shown.length > 0}
          aria-describedby={shown.length > 0 ? helpId : undefined}
          placeholder={t("filter.placeholder")}
          value={draft}
          onChange={(event) => {
            setDraft(event.currentTarget.value.replaceAll("\n", " "));
            setCaret(event.currentTarget.selectionStart);
          }}
          onSelect={(event) => {
            const at = event.currentTarget.selectionStart;
            setCaret((was) => (was === null ? null : at));
          }}
          onClick={(event) => setCaret(event.currentTarget.selectionStart)}
          onBlur={() => setCaret(null)}
          onKeyDown={handleKey}
        />
        {list.open && <Completions list={list} id={listId} />}
      </div>
      {draft !== "" && (
        <IconButton
          icon="close"
          label={t("filter.clear")}
          onClick={() => {
            write("", 0);
            setSent("");
            send.current("");
            setCaret(null);
          }}
        />
      )}
      {shown.length > 0 && <Problems id={helpId} text={draft} problems={shown} onMend={write} />}
    </div>
  );
}

function useSettled(value: string, afterMs: number): boolean {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), afterMs);
    return () => window.clearTimeout(timer);
  }, [value, afterMs]);
  return settled === value;
}

interface CompletionList {
  items: Completion["items"];
  open: boolean;
  active: number;
  setActive: (index: number) => void;
  take: (index: number) => void;
  handleKey: (event: KeyboardEvent) => boolean;
}

function useCompletions(text: string, caret: number | null, write: (next: string, at: number) => void): CompletionList {
  const { slug } = useHere();
  const [active, setActive] = useState(-1);
  const answer = useQuery({
    ...completionQuery(slug, text, caret ?? 0),
    enabled: caret !== null,
    placeholderData: (before) => before,
  });
  const fresh = answer.data !== undefined && !answer.isPlaceholderData;
  const items = (answer.data?.items ?? []).slice(0, MOST_SUGGESTED);
  const open = caret !== null && items.length > 0;

  function take(index: number) {
    const item = items[index];
    if (!item || !answer.data || !fresh) return;
    const ending = item.kind === "field" || text[answer.data.to] === " " ? "" : " ";
    const next = text.slice(0, answer.data.from) + item.text + ending + text.slice(answer.data.to);
    setActive(-1);
    write(next, answer.data.from + item.text.length + ending.length);
  }
  function handleKey(event: KeyboardEvent): boolean {
    if (!open) return false;
    if (event.key === "ArrowDown") setActive(Math.min(active + 1, items.length - 1));
    else if (event.key === "ArrowUp") setActive(Math.max(active - 1, -1));
    else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) take(active);
    else if (event.key === "Tab" && !event.shiftKey && text !== "") take(0);
    else return false;
    event.preventDefault();
    return true;
  }
  return { items, open, active: Math.min(active, items.length - 1), setActive, take, handleKey };
}

function Completions({ list, id }: { list: CompletionList; id: string }) {
  return (
    <ul id={id} className={css.list} role="listbox" aria-label={t("filter.suggestions")}>
      {list.items.map((item, index) => (
        // Keys are handled by the text, which keeps the focus (aria-activedescendant).
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
        <li
          key={`${item.kind}-${item.text}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === list.active}
          className={css.option}
          onMouseMove={() => list.setActive(index)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => list.take(index)}
        >
          <code className={css.code}>{item.text}</code>
          <span className={css.label}>{item.label === item.text ? "" : item.label}</span>
        </li>
      ))}
    </ul>
  );
}

function Problems({ id, text, problems, onMend }: {
  id: string;
  text: string;
  problems: QueryProblem[];
  onMend: (next: string, at: number) => void;
}) {
  return (
    <div id={id} className={css.problems} role="status">
      {problems.slice(0, 2).map((problem) => (
        <p key={`${problem.position}-${problem.message}`}>
          <Icon name="warning" size={14} />
          <span>{t("filter.problem", { message: problem.message, at: problem.position + 1 })}</span>
          {problem.suggestion && (
            <button type="button" className={css.mend} onClick={() => mend(problem, text, onMend)}>
              {t("filter.useInstead", { text: problem.suggestion })}
            </button>
          )}
        </p>
      ))}
    </div>
  );
}

function mend(problem: QueryProblem, text: string, onMend: (next: string, at: number) => void) {
  const words = problem.suggestion ?? "";
  const at = problem.position + words.length;
  onMend(text.slice(0, problem.position) + words + text.slice(problem.position + problem.length), at);
}
