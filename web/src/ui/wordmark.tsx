import css from "./wordmark.module.css";

/** The mark: a rudder, and the small tab at its end that turns it. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" className={css.mark}>
      <rect width="24" height="24" rx="6" className={css.ground} />
      <path d="M7.6 4.5h5.2v15H6.4z" className={css.rudder} />
      <path d="m14.4 11.2 2.9.5 1.1 7.8h-4z" className={css.tab} />
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className={css.word}>
      <Mark size={24} />
      Trimtab
    </span>
  );
}
