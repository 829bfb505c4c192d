import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { isPast, useHere } from "../../api/workspace";
import type { Subject } from "../../api/writing";
import { plural, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Editor } from "../../ui/editor";
import { EmptyState, ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import { CommentCard } from "./comment-card";
import css from "./comments.module.css";
import { Files } from "./files";
import { commentsQuery, type Thread, threadsOf, useMayTalk, usePost, useResolve } from "./queries";
import { Watching } from "./watching";

interface Props {
  about: Subject;
  onUndo: (changeSet: string) => void;
}

/** What people say about a record: conversations, oldest first, a place to join in, files, who watches. */
export function Comments({ about, onUndo }: Props) {
  const { slug, lens } = useHere();
  const mayTalk = useMayTalk();
  const answer = useInfiniteQuery(commentsQuery(slug, about, lens));
  const slow = useSlow(answer.isPending);
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />;
  if (!answer.data) return slow ? <SkeletonLines count={6} height={56} /> : null;
  const threads = threadsOf(answer.data.pages.flatMap((page) => page.comments));
  const past = isPast(lens);
  return (
    <>
      <h2 className="visually-hidden">{t("comment.list")}</h2>
      {!past && <Watching about={about} />}
      {threads.length === 0 && (past ? <p className={css.gone}>{t("comment.emptyPast")}</p> : <EmptyState title={t("comment.emptyTitle")} text={t("comment.emptyText")} />)}
      <ol className={css.threads} aria-label={t("comment.list")}>
        {threads.map((thread) => (
          <Conversation key={thread.first.id} about={about} thread={thread} onUndo={onUndo} />
        ))}
      </ol>
      {answer.hasNextPage && (
        <Button tone="quiet" disabled={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>
          {t("comment.more")}
        </Button>
      )}
      {mayTalk && <Composer about={about} />}
      <Files about={about} onUndo={onUndo} />
    </>
  );
}

function Composer({ about }: { about: Subject }) {
  const post = usePost(about);
  const [said, setSaid] = useState(0); // a new text for each comment
  return (
    <div className={css.composer}>
      <Editor
        key={said}
        label={t("comment.label")}
        placeholder={t("comment.placeholder")}
        about={about}
        drafts
        submitLabel={t("comment.post")}
        busy={post.isPending}
        focused={said > 0}
        onSubmit={(body) => post.mutate({ body }, { onSuccess: () => setSaid((n) => n + 1) })}
      />
    </div>
  );
}

interface ConversationProps extends Props {
  thread: Thread;
}

function Conversation({ about, thread, onUndo }: ConversationProps) {
  const { first, answers } = thread;
  const mayTalk = useMayTalk();
  const resolve = useResolve();
  const post = usePost(about);
  const [answering, setAnswering] = useState(false);
  const [opened, setOpened] = useState(false);
  const resolved = first.resolved_at !== null;
  const author = first.author_name || t("comment.unknown");

  if (resolved && !opened) {
    return (
      <li className={css.thread} data-resolved>
        <p className={css.settled}>
          <span className={css.settledWords}>
            {settledWords(thread)} · {plural("comment.countOne", "comment.countMany", answers.length + 1)}
          </span>
          <Button tone="quiet" aria-expanded={false} onClick={() => setOpened(true)}>
            {t("comment.show")}
          </Button>
        </p>
      </li>
    );
  }
  return (
    <li className={css.thread} data-resolved={resolved || undefined}>
      {resolved && (
        <p className={css.settled}>
          <span className={css.settledWords}>{settledWords(thread)}</span>
          <Button tone="quiet" aria-expanded onClick={() => setOpened(false)}>
            {t("comment.hide")}
          </Button>
        </p>
      )}
      <CommentCard comment={first} onUndo={onUndo} />
      {answers.length > 0 && (
        <ol className={css.answers}>
          {answers.map((answer) => (
            <li key={answer.id}>
              <CommentCard comment={answer} onUndo={onUndo} />
            </li>
          ))}
        </ol>
      )}
      {mayTalk && (
        <div className={css.join}>
          {answering ? (
            <Editor
              label={t("comment.replyLabel", { name: author })}
              about={about}
              drafts
              rows={2}
              submitLabel={t("comment.replyPost")}
              focused
              busy={post.isPending}
              onCancel={() => setAnswering(false)}
              onSubmit={(body) => post.mutate({ body, thread_id: first.id }, { onSuccess: () => setAnswering(false) })}
            />
          ) : (
            <>
              <Button tone="quiet" aria-label={t("comment.replyLabel", { name: author })} onClick={() => setAnswering(true)}>
                {t("comment.reply")}
              </Button>
              <Button tone="quiet" disabled={resolve.isPending} onClick={() => resolve.mutate({ comment: first, resolved: !resolved })}>
                {t(resolved ? "comment.reopen" : "comment.resolve")}
              </Button>
            </>
          )}
        </div>
      )}
    </li>
  );
}

const settledWords = ({ first }: Thread) =>
  first.resolved_by ? t("comment.resolved", { name: first.resolved_by }) : t("comment.resolvedUnknown");

/** How many comments a record has, for a tab; nothing while that is not known. */
export function CommentCount({ about }: { about: Subject }) {
  const { slug, lens } = useHere();
  const count = useInfiniteQuery(commentsQuery(slug, about, lens)).data?.pages[0]?.count ?? 0;
  if (count === 0) return null;
  return (
    <span className={css.count}>
      <span aria-hidden="true">{count > 999 ? "999+" : count}</span>
      <span className="visually-hidden">{plural("comment.countOne", "comment.countMany", count)}</span>
    </span>
  );
}
