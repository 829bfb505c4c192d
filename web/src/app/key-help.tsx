import { BINDINGS, type KeyContext } from "../lib/keys";
import { type Message, t } from "../lib/t";
import { Dialog } from "../ui/dialog";
import css from "./key-help.module.css";

const CONTEXTS: { context: KeyContext; title: Message }[] = [
  { context: "global", title: "keys.everywhere" },
  { context: "grid", title: "keys.inGrid" },
  { context: "rail", title: "keys.inRail" },
  { context: "inbox", title: "keys.inInbox" },
];

const SHOWN: Record<string, string> = {
  ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", PageDown: "Page ↓", PageUp: "Page ↑", Escape: "Esc", " ": "Space",
};

const shown = (keys: string) =>
  keys
    .split(/\+|(?<=\S) (?=\S)/)
    .map((key) => (key === "mod" ? "Ctrl" : (SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key))));

/** Every key there is, from the same list that the keys are read from. */
export function KeyHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t("keys.title")} size={720} onClose={onClose}>
      <div className={css.columns}>
        {CONTEXTS.map(({ context, title }) => (
          <section key={context} className={css.group}>
            <h3>{t(title)}</h3>
            <dl>
              {byLabel(context).map(([label, keys]) => (
                <div key={label} className={css.line}>
                  <dt>{t(label)}</dt>
                  <dd>
                    {keys.map((each) => (
                      <span key={each} className={css.keys}>
                        {shown(each).map((key) => (
                          <kbd key={key}>{key}</kbd>
                        ))}
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function byLabel(context: KeyContext): [Message, string[]][] {
  const labels = new Map<Message, string[]>();
  for (const binding of BINDINGS) {
    if (binding.context === context) labels.set(binding.label, [...(labels.get(binding.label) ?? []), binding.keys]);
  }
  return [...labels];
}
