import { lazy, Suspense } from "react";
import css from "./markdown.module.css";

/** Somebody named after an @ in a text. */
export interface Named {
  handle: string;
  kind: "person" | "team";
  id: string;
  name: string;
}

export interface MarkdownProps {
  text: string;
  /** Who is meant by the names after an @. */
  named?: Named[];
  /** The person who reads, so that their own name stands out. */
  me?: string | null | undefined;
  /** Where a file of the text (`attachment:<id>`) is. Without it such a link leads nowhere. */
  fileUrl?: (id: string) => string;
}

// The parser is large and no screen begins with it.
const Rendered = lazy(() => import("./markdown-rendered").then((module) => ({ default: module.Rendered })));

/**
 * Markdown as React elements: headings, lists, tables, tasks, quotes, code, links, pictures that are attached here.
 * HTML is shown as the text it is, so there is nothing to sanitise; links go to http, https and mailto alone.
 */
export function Markdown(props: MarkdownProps) {
  return (
    <div className={css.prose}>
      <Suspense fallback={<p className={css.plain}>{props.text}</p>}>
        <Rendered {...props} />
      </Suspense>
    </div>
  );
}
