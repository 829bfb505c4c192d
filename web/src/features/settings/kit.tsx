import type { ComponentProps, ReactNode } from "react";
import type { Message } from "../../lib/t";
import { t } from "../../lib/t";
import { ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import css from "./kit.module.css";

/** One page of the settings: what it is about, and its parts. */
export function Page({ title, lead, children }: { title: Message; lead: Message; children: ReactNode }) {
  return (
    <>
      <h1 className={css.title}>{t(title)}</h1>
      <p className={css.lead}>{t(lead)}</p>
      {children}
    </>
  );
}

export function Section({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <section className={css.section}>
      <h2>{title}</h2>
      {lead && <p className={css.lead}>{lead}</p>}
      {children}
    </section>
  );
}

/** A labelled control; `hint` stands below it. */
export function Field({ label, hint, children, wide = false }: { label: string; hint?: string; children: ReactNode; wide?: boolean }) {
  return (
    <label className={css.field} data-wide={wide || undefined}>
      <span className={css.label}>{label}</span>
      {children}
      {hint && <span className={css.hint}>{hint}</span>}
    </label>
  );
}

export const Input = (props: ComponentProps<"input">) => <input className={css.input} {...props} />;
export const TextArea = (props: ComponentProps<"textarea">) => <textarea className={css.area} {...props} />;

interface SelectProps extends Omit<ComponentProps<"select">, "onChange"> {
  choices: { value: string; label: string }[];
  onPick: (value: string) => void;
}

export function Select({ choices, onPick, ...rest }: SelectProps) {
  return (
    <select className={css.input} {...rest} onChange={(event) => onPick(event.currentTarget.value)}>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

interface Asked<T> {
  isError: boolean;
  isPending: boolean;
  error: Error | null;
  data: T | undefined;
  refetch: () => unknown;
}

/** What was asked for once it is there; before, its outline, and on failure why. */
export function Loaded<T>({ of, children }: { of: Asked<T>; children: (value: T) => ReactNode }) {
  const slow = useSlow(of.isPending);
  if (of.isError && of.error) return <ErrorState error={of.error} onRetry={() => void of.refetch()} />;
  if (of.data === undefined) return slow ? <SkeletonLines count={5} height={44} /> : null;
  return <>{children(of.data)}</>;
}

/** A table that scrolls by itself where it is wider than the page; its last `numbers` columns hold figures. */
export function Table({ label, head, numbers = 0, children }: { label: string; head: string[]; numbers?: number; children: ReactNode }) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by the keyboard too
    <div className={css.scroll} tabIndex={0} role="group" aria-label={label}>
      <table className={css.table}>
        <thead>
          <tr>
            {head.map((name, at) => (
              <th key={name || at} scope="col" className={at >= head.length - numbers ? css.number : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
