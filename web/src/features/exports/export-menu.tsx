import { useState } from "react";
import { useHere } from "../../api/workspace";
import { type Message, t } from "../../lib/t";
import type { ViewSearch } from "../../lib/view";
import { Button } from "../../ui/button";
import { Floating } from "../../ui/floating";
import list from "../../ui/list.module.css";
import css from "./exports.module.css";
import { useExport } from "./queries";
import { AT_ONCE, exportQuestion, FORMATS, type Format } from "./question";

interface Props {
  view: ViewSearch;
  /** The names of the columns on screen, in their order. */
  columns: string[];
  /** How many rows there are; null while nobody knows. */
  count: number | null;
}

/** Takes out exactly what is on screen, as one of several kinds of file. */
export function ExportMenu({ view, columns, count }: Props) {
  const { lens } = useHere();
  const [open, setOpen] = useState(false);
  const take = useExport();

  function choose(format: Format) {
    setOpen(false);
    take.mutate({ question: exportQuestion(view, columns, lens), format, later: (count ?? 0) > AT_ONCE });
  }

  return (
    <Floating
      opened={open}
      onClose={() => setOpen(false)}
      label={t("export.menu")}
      position="bottom-end"
      target={
        <Button
          tone="quiet"
          icon="download"
          disabled={take.isPending}
          aria-label={t("export.menu")}
          title={t("export.menu")}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <span className={css.word}>{t("export.label")}</span>
        </Button>
      }
    >
      <div className={`${list.list} ${css.surface}`}>
        {FORMATS.map((format) => (
          <button key={format} type="button" className={list.entry} onClick={() => choose(format)}>
            <span className={list.word}>{t(`export.${format}` as Message)}</span>
          </button>
        ))}
      </div>
    </Floating>
  );
}
