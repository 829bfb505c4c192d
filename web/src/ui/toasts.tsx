import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { t } from "../lib/t";
import { IconButton } from "./icon-button";
import css from "./toasts.module.css";

export const UNDO_SECONDS = 8;

interface Action {
  label: string;
  run: () => void;
  primary?: boolean;
}

export interface Toast {
  message: string;
  detail?: string;
  /** Small print: the request id of a failure. */
  small?: string;
  tone?: "plain" | "danger" | "choice";
  actions?: Action[];
  /** What Ctrl-Z does while nothing newer can be undone. */
  undo?: () => void;
  /** null: stays until answered. */
  seconds?: number | null;
}

interface Shown extends Toast {
  id: number;
}

interface Toasts {
  show: (toast: Toast) => void;
  undoLast: () => void;
}

const Context = createContext<Toasts>({ show: () => undefined, undoLast: () => undefined });
export const useToasts = (): Toasts => useContext(Context);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown[]>([]);
  const nextId = useRef(0);
  const undos = useRef<(() => void)[]>([]);

  const close = useCallback((id: number) => setShown((all) => all.filter((each) => each.id !== id)), []);
  const show = useCallback((toast: Toast) => {
    nextId.current += 1;
    const entry = { ...toast, id: nextId.current };
    if (toast.undo) undos.current.push(toast.undo);
    // A new Undo replaces the one on screen; choices and failures stay until they are answered or run out.
    setShown((all) => [...all.filter((each) => !(toast.undo && each.undo)), entry].slice(-4));
  }, []);
  const undoLast = useCallback(() => {
    undos.current.pop()?.();
    setShown((all) => all.filter((each) => !each.undo));
  }, []);
  const value = useMemo(() => ({ show, undoLast }), [show, undoLast]);

  return (
    <Context value={value}>
      {children}
      <div className={css.region} role="region" aria-label={t("toast.region")}>
        {shown.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onClose={() => close(toast.id)} onUndo={undoLast} />
        ))}
      </div>
    </Context>
  );
}

function ToastCard({ toast, onClose, onUndo }: { toast: Shown; onClose: () => void; onUndo: () => void }) {
  const [held, setHeld] = useState(false);
  const seconds = toast.seconds === undefined ? UNDO_SECONDS : toast.seconds;
  const closing = useRef(onClose);
  useEffect(() => {
    closing.current = onClose;
  });
  useEffect(() => {
    if (held || seconds === null) return undefined;
    const timer = window.setTimeout(() => closing.current(), seconds * 1000);
    return () => window.clearTimeout(timer);
  }, [held, seconds]);

  return (
    <div
      className={`${css.toast} ${css[toast.tone ?? "plain"]}`}
      role={toast.tone === "plain" || !toast.tone ? "status" : "alert"}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <div className={css.words}>
        <p className={css.message}>{toast.message}</p>
        {toast.detail && <p className={css.detail}>{toast.detail}</p>}
        {toast.small && <p className={css.small}>{toast.small}</p>}
      </div>
      <div className={css.actions}>
        {toast.undo && (
          <button type="button" className={css.action} onClick={onUndo}>
            {t("toast.undo")}
          </button>
        )}
        {toast.actions?.map((action) => (
          <button
            key={action.label}
            type="button"
            className={`${css.action} ${action.primary ? css.first : ""}`}
            onClick={() => {
              onClose();
              action.run();
            }}
          >
            {action.label}
          </button>
        ))}
        {toast.tone !== "choice" && <IconButton icon="close" label={t("toast.close")} onClick={onClose} />}
      </div>
    </div>
  );
}
