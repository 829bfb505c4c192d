import { explain } from "../../ui/states";
import css from "./imports.module.css";

/** What went wrong with the last thing that was asked for, where it was asked. */
export function Trouble({ of }: { of: Error | null }) {
  return of ? (
    <p role="alert" className={css.trouble}>
      {explain(of)}
    </p>
  ) : null;
}
