import { useState } from "react";
import { useHere } from "../../api/workspace";
import { fileUrl, isPicture } from "../../api/writing";
import { formatAgo, formatInstant } from "../../lib/dates";
import { Markdown } from "../../lib/markdown";
import { t } from "../../lib/t";
import { Editor } from "../../ui/editor";
import { Floating } from "../../ui/floating";
import { IconButton } from "../../ui/icon-button";
import list from "../../ui/list.module.css";
import css from "./comments.module.css";
import { type Comment, EMOJI, useDelete, useEdit, useMayTalk, useReact } from "./queries";

interface Props {
  comment: Comment;
  onUndo: (changeSet: string) => void;
}

/** One comment: who, when, what, and what others think of it. */
export function CommentCard({ comment, onUndo }: Props) {
  const { slug, me } = useHere();
  const [editing, setEditing] = useState(false);
  const edit = useEdit();
  const author = comment.author_name || t("comment.unknown");
  const gone = comment.deleted_at !== null;
  const shown = new Set(comment.body.match(/attachment:[0-9a-f-]{36}/gi)?.map((found) => found.slice(11).toLowerCase()));
  const files = comment.attachments.filter((file) => !shown.has(file.id));

  return (
    <article className={css.comment} aria-label={`${author}, ${formatInstant(comment.posted_at)}`}>
      <header className={css.who}>
        <span className={css.face} aria-hidden="true">
          {gone ? "" : initials(author)}
        </span>
        <span className={css.author}>{author}</span>
        <time className={css.time} dateTime={comment.posted_at} title={formatInstant(comment.posted_at)}>
          {formatAgo(comment.posted_at)}
        </time>
        {comment.edited_at && !gone && (
          <span className={css.time} title={t("comment.editedAt", { at: formatInstant(comment.edited_at) })}>
            {t("comment.edited")}
          </span>
        )}
        <span className={css.spacer} />
        {!gone && !editing && <Actions comment={comment} author={author} onEdit={() => setEditing(true)} onUndo={onUndo} />}
      </header>
      <div className={css.said}>
        {gone && <p className={css.gone}>{t("comment.gone")}</p>}
        {editing && (
          <Editor
            label={t("comment.label")}
            about={{ entity: comment.entity, id: comment.subject_id }}
            drafts
            initial={comment.body}
            submitLabel={t("comment.save")}
            focused
            busy={edit.isPending}
            onCancel={() => setEditing(false)}
            onSubmit={(body) => edit.mutate({ comment, body }, { onSuccess: () => setEditing(false) })}
          />
        )}
        {!gone && !editing && (
          <Markdown text={comment.body} named={comment.mentions} me={me.person_id} fileUrl={(id) => fileUrl(slug, id)} />
        )}
        {files.length > 0 && (
          <ul className={css.attached}>
            {files.map((file) => (
              <li key={file.id}>
                <a href={fileUrl(slug, file.id)} target="_blank" rel="noreferrer noopener">
                  {isPicture(file) && <img className={css.picture} src={fileUrl(slug, file.id)} alt="" loading="lazy" />}
                  {file.name}
                </a>
              </li>
            ))}
          </ul>
        )}
        <Reactions comment={comment} />
      </div>
    </article>
  );
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((word) => [...word][0] ?? "")
    .filter((_, index, all) => index === 0 || index === all.length - 1)
    .join("")
    .toUpperCase();

interface ActionsProps extends Props {
  author: string;
  onEdit: () => void;
}

function Actions({ comment, author, onEdit, onUndo }: ActionsProps) {
  const { me } = useHere();
  const mayTalk = useMayTalk();
  const [open, setOpen] = useState<"emoji" | "more" | null>(null);
  const react = useReact();
  const remove = useDelete(me.role === "viewer" || me.role === "contributor" ? undefined : onUndo);
  const own = me.person_id !== null && comment.author_id === me.person_id;
  if (!mayTalk) return null;
  return (
    <span className={css.actions} data-open={open !== null || undefined}>
      <Floating
        opened={open === "emoji"}
        onClose={() => setOpen(null)}
        label={t("comment.react")}
        position="bottom-end"
        target={<IconButton icon="smile" label={t("comment.react")} aria-expanded={open === "emoji"} onClick={() => setOpen(open === "emoji" ? null : "emoji")} />}
      >
        <div className={css.emoji}>
          {EMOJI.map((emoji) => {
            const mine = comment.reactions.some((each) => each.emoji === emoji && each.mine);
            return (
              <button
                key={emoji}
                type="button"
                aria-pressed={mine}
                aria-label={t("comment.reactWith", { emoji })}
                onClick={() => {
                  setOpen(null);
                  react.mutate({ comment, emoji, on: !mine });
                }}
              >
                {emoji}
              </button>
            );
          })}
        </div>
      </Floating>
      {(own || me.role === "admin") && (
        <Floating
          opened={open === "more"}
          onClose={() => setOpen(null)}
          label={t("comment.moreActions", { name: author })}
          position="bottom-end"
          target={
            <IconButton icon="more" label={t("comment.moreActions", { name: author })} aria-expanded={open === "more"} onClick={() => setOpen(open === "more" ? null : "more")} />
          }
        >
          <div className={list.list}>
            {own && (
              <button
                type="button"
                className={list.entry}
                onClick={() => {
                  setOpen(null);
                  onEdit();
                }}
              >
                {t("comment.edit")}
              </button>
            )}
            <button type="button" className={list.entry} onClick={() => remove.mutate(comment)}>
              {t("comment.delete")}
            </button>
          </div>
        </Floating>
      )}
    </span>
  );
}

function Reactions({ comment }: { comment: Comment }) {
  const mayTalk = useMayTalk();
  const react = useReact();
  if (comment.reactions.length === 0) return null;
  return (
    <ul className={css.reactions}>
      {comment.reactions.map(({ emoji, count, mine, people }) => {
        const words = { emoji, count, people: people.join(", ") };
        return (
          <li key={emoji}>
            <button
              type="button"
              className={css.reaction}
              aria-pressed={mine}
              aria-label={t(mine ? "comment.reactOff" : "comment.reactOn", words)}
              title={people.join(", ")}
              disabled={!mayTalk}
              onClick={() => react.mutate({ comment, emoji, on: !mine })}
            >
              <span aria-hidden="true">{emoji}</span>
              <span className="num">{count}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
