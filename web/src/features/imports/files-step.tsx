import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type DragEvent, useRef, useState } from "react";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { IconButton } from "../../ui/icon-button";
import css from "./imports.module.css";
import type { StepProps } from "./import-wizard";
import { calls, type ImportFile, importQuery, recipesQuery, useImportWrite } from "./queries";
import { Trouble } from "./trouble";
import { upload } from "./upload";

const ACCEPTED = ".csv,.tsv,.txt,.xlsx,.json";

/** Choose files, watch them arrive, and say by what they are read. */
export function FilesStep({ of, onGo }: StepProps) {
  const { slug, canEdit } = useHere();
  const client = useQueryClient();
  const [sent, setSent] = useState<Record<string, number>>({});
  const [over, setOver] = useState(false);
  const [recipe, setRecipe] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const recipes = useQuery(recipesQuery(slug));
  const send = useImportWrite(async (files: File[]) => {
    await files.reduce(async (before, file) => {
      await before;
      setSent((now) => ({ ...now, [file.name]: 0 }));
      await upload(of.id, file, (bytes) => setSent((now) => ({ ...now, [file.name]: bytes / file.size })));
      await client.invalidateQueries({ queryKey: importQuery(slug, of.id).queryKey, exact: true });
    }, Promise.resolve());
    setSent({});
  });
  const next = useImportWrite(
    async () => {
      const kept = recipes.data?.find((each) => !each.shipped && each.name === recipe);
      if (kept) await calls.setRecipe(of.id, (await calls.recipeText(kept.name)).text, kept.name);
      else await calls.propose(of.id, { readings: [], layout: recipe || null });
    },
    () => onGo("mapping"),
  );
  const ready = of.files.length > 0 && of.files.every((file) => file.received === file.size) && !send.isPending;

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    if (canEdit) send.mutate([...event.dataTransfer.files]);
  }

  if (of.files_gone_at) return <p className={css.lead}>{t("imports.filesGone")}</p>;
  return (
    <section className={css.step}>
      <div
        className={css.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <p className={css.dropTitle}>{t("imports.drop")}</p>
        <p className={css.muted}>{t("imports.dropHint")}</p>
        <Button icon="import" disabled={!canEdit || send.isPending} onClick={() => input.current?.click()}>
          {t("imports.choose")}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept={ACCEPTED}
          data-testid="import-files"
          onChange={(event) => {
            send.mutate([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
          }}
        />
      </div>
      <ul className={css.files}>
        {of.files.map((file) => (
          <FileLine key={file.id} importId={of.id} file={file} sent={sent[file.name]} />
        ))}
      </ul>
      <Trouble of={send.error ?? next.error} />
      <div className={css.actions}>
        <label className={css.field}>
          <span>{t("imports.recipe")}</span>
          <select value={recipe} onChange={(event) => setRecipe(event.currentTarget.value)}>
            <option value="">{t("imports.recipeRecognise")}</option>
            {recipes.data?.map((each) => (
              <option key={each.name} value={each.name}>
                {each.shipped ? each.label : t("imports.recipeKept", { name: each.label })}
              </option>
            ))}
          </select>
        </label>
        <Button tone="primary" disabled={!ready || !canEdit || next.isPending} onClick={() => next.mutate()}>
          {t("imports.continue")}
        </Button>
      </div>
    </section>
  );
}

function FileLine({ importId, file, sent }: { importId: string; file: ImportFile; sent: number | undefined }) {
  const remove = useImportWrite(() => calls.removeFile(importId, file.id));
  const whole = file.received === file.size;
  return (
    <li className={css.file}>
      <span className={css.fileName}>{file.name}</span>
      <span className={css.muted}>{formatBytes(file.size)}</span>
      {sent !== undefined && !whole ? (
        <progress value={sent} max={1} aria-label={file.name} />
      ) : (
        !whole && <span className={css.bad}>{t("imports.incomplete")}</span>
      )}
      <IconButton icon="close" label={t("imports.removeFile", { name: file.name })} onClick={() => remove.mutate()} />
    </li>
  );
}

/** Bytes as people read them. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
