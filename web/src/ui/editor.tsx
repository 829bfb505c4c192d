import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useId, useRef, useState } from "react";
import { type Attachment, fileUrl, findMentionable, markdownOf, type Mentionable, type Subject, uploadFile } from "../api/writing";
import { useHere } from "../api/workspace";
import { Markdown } from "../lib/markdown";
import { t } from "../lib/t";
import { Button } from "./button";
import { IconButton } from "./icon-button";
import css from "./editor.module.css";
import { explain } from "./states";

interface Props {
  label: string;
  placeholder?: string;
  /** The record that files of the text are put on; as drafts where the text itself is not there yet. */
  about: Subject;
  drafts?: boolean;
  initial?: string;
  submitLabel: string;
  rows?: number;
  /** Begins with the cursor in it: the person just asked to write. */
  focused?: boolean;
  busy?: boolean;
  /** Nothing at all may be said: that takes a text away. */
  allowEmpty?: boolean;
  onSubmit: (text: string) => void;
  onCancel?: () => void;
}

interface Asking {
  from: number;
  found: Mentionable[];
  active: number;
}

const BEGUN = /(?:^|[\s(*_>])@([\p{L}\p{N}_.+@-]{0,40})$/u;

/** A text in Markdown: write or look, paste or drop pictures, name people with @. Ctrl Enter is done, Esc leaves. */
export function Editor(props: Props) {
  const { slug } = useHere();
  const [text, setText] = useState(props.initial ?? "");
  const [looking, setLooking] = useState(false);
  const [sending, setSending] = useState(0);
  const [problem, setProblem] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const naming = useNaming(area, text, setText);
  const empty = text.trim() === "";
  const ready = (!empty || props.allowEmpty) && !props.busy && sending === 0;

  function submit() {
    if (ready) props.onSubmit(text);
  }

  async function take(files: Iterable<File>) {
    setProblem("");
    for (const file of files) {
      setSending((n) => n + 1);
      try {
        // One after the other: they stand in the text in the order in which they were given.
        // oxlint-disable-next-line no-await-in-loop
        insert(await uploadFile(slug, props.about, file, props.drafts ?? false));
      } catch (error) {
        setProblem(t("editor.notTaken", { name: file.name, why: explain(error as Error) }));
      } finally {
        setSending((n) => n - 1);
      }
    }
  }

  function insert(file: Attachment) {
    const at = area.current?.selectionEnd ?? Number.POSITIVE_INFINITY;
    setText((now) => {
      const before = now.slice(0, at);
      const gap = before === "" || before.endsWith("\n") ? "" : "\n";
      return `${before}${gap}${markdownOf(file)}\n${now.slice(at)}`;
    });
  }

  function handlePaste(event: ClipboardEvent) {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    void take(files);
  }

  function handleDrop(event: DragEvent) {
    const files = [...event.dataTransfer.files];
    if (files.length === 0) return;
    event.preventDefault();
    void take(files);
  }

  function handleKey(event: KeyboardEvent) {
    if (naming.handleKey(event)) return;
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && props.onCancel) {
      event.preventDefault();
      event.stopPropagation();
      props.onCancel();
    }
  }

  return (
    <div className={css.editor} onDragOver={(event) => event.preventDefault()} onDrop={handleDrop}>
      {looking ? (
        <div className={css.look} style={{ minHeight: (props.rows ?? 3) * 21 + 18 }}>
          {empty ? <p className={css.nothing}>{t("editor.nothing")}</p> : <Markdown text={text} fileUrl={(id) => fileUrl(slug, id)} />}
        </div>
      ) : (
        <textarea
          ref={area}
          className={css.area}
          aria-label={props.label}
          placeholder={props.placeholder}
          rows={props.rows ?? 3}
          value={text}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the person just asked to write here
          autoFocus={props.focused ?? false}
          maxLength={50_000}
          {...naming.aria}
          onChange={(event) => {
            setText(event.currentTarget.value);
            naming.look(event.currentTarget.value, event.currentTarget.selectionEnd);
          }}
          onBlur={naming.close}
          onPaste={handlePaste}
          onKeyDown={handleKey}
        />
      )}
      {naming.list}
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={t("editor.attach")}
        onChange={(event) => {
          void take([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <p className={css.problem} role="alert">
        {problem}
      </p>
      <div className={css.foot}>
        <IconButton icon="attach" label={t("editor.attach")} onClick={() => picker.current?.click()} />
        <button type="button" className={css.mode} aria-pressed={looking} onClick={() => setLooking(!looking)}>
          {t("editor.preview")}
        </button>
        <span className={css.hint} role="status">
          {sending > 0 ? t("editor.sending") : t("editor.hint")}
        </span>
        {props.onCancel && (
          <Button tone="quiet" onClick={props.onCancel}>
            {t("action.cancel")}
          </Button>
        )}
        <Button tone="primary" disabled={!ready} onClick={submit}>
          {props.submitLabel}
        </Button>
      </div>
    </div>
  );
}

/** Offers names while one is written after an @: arrows move, Enter or Tab takes, Esc leaves it as it is. */
function useNaming(area: { current: HTMLTextAreaElement | null }, text: string, setText: (text: string) => void) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const latest = useRef<AbortController | null>(null);
  const id = useId();
  const close = () => {
    latest.current?.abort();
    setAsking(null);
  };

  function look(now: string, at: number) {
    latest.current?.abort();
    const begun = BEGUN.exec(now.slice(0, at))?.[1];
    if (begun === undefined) {
      setAsking(null);
      return;
    }
    const asked = new AbortController();
    latest.current = asked;
    findMentionable(begun, asked.signal).then(
      (found) => !asked.signal.aborted && setAsking(found.length > 0 ? { from: at - begun.length, found, active: 0 } : null),
      () => !asked.signal.aborted && setAsking(null), // without suggestions a name can still be written out
    );
  }

  function take(one: Mentionable | undefined) {
    const field = area.current;
    if (!one || !asking || !field) return;
    const written = `${text.slice(0, asking.from)}${one.handle} `;
    setText(written + text.slice(field.selectionEnd));
    setAsking(null);
    requestAnimationFrame(() => {
      field.focus();
      field.setSelectionRange(written.length, written.length);
    });
  }

  function handleKey(event: KeyboardEvent): boolean {
    if (!asking) return false;
    const last = asking.found.length - 1;
    if (event.key === "ArrowDown") setAsking({ ...asking, active: Math.min(asking.active + 1, last) });
    else if (event.key === "ArrowUp") setAsking({ ...asking, active: Math.max(asking.active - 1, 0) });
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(asking.found[asking.active]);
    else if (event.key === "Escape") setAsking(null);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  const list = asking && (
    <ul id={id} className={css.names} role="listbox" aria-label={t("editor.names")}>
      {asking.found.map((one, index) => (
        // Keys are handled by the text, which keeps the focus (aria-activedescendant).
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
        <li
          key={one.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === asking.active}
          className={css.name}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(one)}
        >
          <span>{one.name}</span>
          <span className={css.handle}>{one.kind === "team" ? t("editor.team", { handle: one.handle }) : `@${one.handle}`}</span>
        </li>
      ))}
    </ul>
  );
  const aria = {
    "aria-autocomplete": "list" as const,
    "aria-controls": asking ? id : undefined,
    "aria-activedescendant": asking ? `${id}-${asking.active}` : undefined,
  };
  return { list, aria, look, close, handleKey };
}
