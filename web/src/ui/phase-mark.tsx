import css from "./marks.module.css";

const CATEGORIES = ["todo", "doing", "done", "cancelled"] as const;
type Category = (typeof CATEGORIES)[number];

/** A ring that fills as work moves on: empty, half, full with a tick, crossed out. */
function Ring({ category }: { category: Category }) {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" className={css.ring}>
      <circle cx="6" cy="6" r="5" fill={category === "done" ? "currentColor" : "none"} stroke="currentColor" strokeWidth="1.5" />
      {category === "doing" && <path d="M6 3a3 3 0 0 1 0 6z" fill="currentColor" />}
      {category === "done" && <path d="m3.7 6.2 1.6 1.6 3-3.4" fill="none" stroke="var(--surface)" strokeWidth="1.5" />}
      {category === "cancelled" && <path d="m4 4 4 4m0-4-4 4" fill="none" stroke="currentColor" strokeWidth="1.5" />}
    </svg>
  );
}

/** Where an item is: the ring tells the category, the word the phase. */
export function PhaseMark({ name, category }: { name: string; category: string }) {
  const known = CATEGORIES.find((each) => each === category) ?? "todo";
  return (
    <span className={css.mark} data-phase={known} title={name}>
      <Ring category={known} />
      <span className={css.word}>{name}</span>
    </span>
  );
}
