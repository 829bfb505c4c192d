import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { keys } from "../../api/keys";
import { isPast, useHere } from "../../api/workspace";
import { type Attachment, fileUrl, isPicture, type Subject, uploadFile } from "../../api/writing";
import { formatAgo } from "../../lib/dates";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { IconButton } from "../../ui/icon-button";
import { Icon } from "../../ui/icons";
import { explain } from "../../ui/states";
import css from "./comments.module.css";
import { filesQuery, useDeleteFile, useMayTalk } from "./queries";

interface Props {
  about: Subject;
  onUndo: (changeSet: string) => void;
}

/** The files of a record and of its comments; more are added by dropping them here. */
export function Files({ about, onUndo }: Props) {
  const { slug, me, lens, canEdit } = useHere();
  const mayTalk = useMayTalk();
  const files = useQuery(filesQuery(slug, about, lens)).data?.attachments ?? [];
  const remove = useDeleteFile(canEdit ? onUndo : undefined);
  const adding = useAdding(about);
  const picker = useRef<HTMLInputElement>(null);
  if (files.length === 0 && (!mayTalk || isPast(lens))) return null;
  return (
    // What can be dropped here can be picked with the button as well.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      className={css.files}
      aria-label={t("file.title")}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (mayTalk) void adding.add([...event.dataTransfer.files]);
      }}
    >
      <div className={css.filesHead}>
        <h3>{t("file.title")}</h3>
        {mayTalk && (
          <Button tone="quiet" icon="plus" disabled={adding.busy} onClick={() => picker.current?.click()}>
            {t("file.add")}
          </Button>
        )}
      </div>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={t("file.add")}
        onChange={(event) => {
          void adding.add([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <p className={css.problem} role="alert">
        {adding.problem}
      </p>
      {files.length === 0 && <p className={css.gone}>{t("file.none")}</p>}
      <ul className={css.fileList}>
        {files.map((file) => (
          <li key={file.id} className={css.file}>
            <Thumbnail file={file} />
            <span className={css.fileWords}>
              {file.gone ? (
                <span className={css.fileName}>{file.name}</span>
              ) : (
                <a className={css.fileName} href={`${fileUrl(slug, file.id)}&download=true`}>
                  <span className="visually-hidden">{t("file.save", { name: file.name })}</span>
                  <span aria-hidden="true">{file.name}</span>
                </a>
              )}
              <span className={css.time}>
                {file.gone ? t("file.gone") : sizeOf(file.size)} · {t("file.by", { name: file.author_name || t("comment.unknown"), when: formatAgo(file.posted_at) })}
              </span>
            </span>
            {mayTalk && (canEdit || (me.person_id !== null && file.author_id === me.person_id)) && (
              <IconButton icon="trash" label={t("file.delete", { name: file.name })} onClick={() => remove.mutate(file)} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Thumbnail({ file }: { file: Attachment }) {
  const { slug } = useHere();
  if (!isPicture(file)) {
    return (
      <span className={css.thumbnail}>
        <Icon name="file" />
      </span>
    );
  }
  return (
    <a className={css.thumbnail} href={fileUrl(slug, file.id)} target="_blank" rel="noreferrer noopener" aria-label={file.name}>
      <img src={fileUrl(slug, file.id)} alt="" loading="lazy" />
    </a>
  );
}

function useAdding(about: Subject) {
  const { slug } = useHere();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  async function add(files: File[]) {
    setBusy(true);
    setProblem("");
    for (const file of files) {
      try {
        // One after the other, so that one that is refused is told by its name.
        // oxlint-disable-next-line no-await-in-loop
        await uploadFile(slug, about, file, false);
      } catch (error) {
        setProblem(t("editor.notTaken", { name: file.name, why: explain(error as Error) }));
      }
    }
    setBusy(false);
    await client.invalidateQueries({ queryKey: keys.talk(slug) });
  }
  return { add, busy, problem };
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
