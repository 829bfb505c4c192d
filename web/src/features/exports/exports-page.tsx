import { useQuery } from "@tanstack/react-query";
import type { Operation } from "../../api/types";
import { useHere } from "../../api/workspace";
import { formatAgo, formatInstant } from "../../lib/dates";
import { formatFull } from "../../lib/format";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { EmptyState, ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import css from "./exports.module.css";
import { filesQuery, isOpen, recordsQuery, useExportWork } from "./queries";

/** Files to fetch, the way out for the whole workspace, and who took confidential fields out. */
export function Exports() {
  const { slug, me } = useHere();
  const admin = me.workspaces.find((each) => each.slug === slug)?.role === "admin";
  return (
    <>
      {admin && <Everything />}
      <section className={css.section}>
        <h2>{t("export.files")}</h2>
        <p className={css.lead}>{t("export.filesLead")}</p>
        <Files />
      </section>
      {admin && (
        <section className={css.section}>
          <h2>{t("export.confidential")}</h2>
          <p className={css.lead}>{t("export.confidentialLead")}</p>
          <Records />
        </section>
      )}
    </>
  );
}

function Everything() {
  const work = useExportWork();
  return (
    <section className={css.section}>
      <h2>{t("export.all")}</h2>
      <p className={css.lead}>{t("export.allLead")}</p>
      <Button icon="download" disabled={work.isPending} onClick={() => work.mutate(null)}>
        {t("export.allAsk")}
      </Button>
    </section>
  );
}

function Files() {
  const { slug, me } = useHere();
  const files = useQuery(filesQuery(slug));
  const slow = useSlow(files.isPending);
  if (files.isError) return <ErrorState error={files.error} onRetry={() => void files.refetch()} />;
  if (!files.data) return slow ? <SkeletonLines count={3} height={44} /> : null;
  const mine = files.data.filter((each) => each.actor_id === me.user.id);
  if (mine.length === 0) return <EmptyState title={t("export.none")} text={t("export.noneText")} />;
  return (
    <ul className={css.list} aria-label={t("export.files")}>
      {mine.map((file) => (
        <li key={file.id} className={css.line}>
          <span className={css.name}>
            {file.label}
            <small title={formatInstant(file.created_at)}>{stateOf(file)}</small>
          </span>
          <FileAction file={file} />
        </li>
      ))}
    </ul>
  );
}

function stateOf(file: Operation): string {
  const when = formatAgo(file.created_at);
  if (file.state === "running") {
    const done = formatFull(file.done);
    return file.total ? t("export.of", { done, total: formatFull(file.total) }) : t("export.rows", { done });
  }
  if (file.state === "queued") return t("export.waiting");
  if (file.state === "cancelled") return `${when} · ${t("export.stopped")}`;
  if (file.state === "failed") return `${when} · ${file.error}`;
  return isGone(file) ? `${when} · ${t("export.gone")}` : when;
}

const isGone = (file: Operation) => Date.parse(String(file.result.expires_at ?? "")) < Date.now();

function FileAction({ file }: { file: Operation }) {
  const { slug } = useHere();
  const work = useExportWork();
  if (isOpen(file)) {
    return (
      <Button disabled={work.isPending} onClick={() => work.mutate(file.id)}>
        {t("export.stop")}
      </Button>
    );
  }
  if (file.state !== "done" || isGone(file)) return null;
  return (
    <a className={css.download} href={`/api/v1/operations/${file.id}/file?workspace=${slug}`} download>
      {t("export.download")}
    </a>
  );
}

function Records() {
  const { slug } = useHere();
  const made = useQuery(filesQuery(slug)).data?.filter((each) => each.state === "done").length ?? 0;
  const records = useQuery(recordsQuery(slug, made));
  const slow = useSlow(records.isPending);
  if (records.isError) return <ErrorState error={records.error} onRetry={() => void records.refetch()} />;
  if (!records.data) return slow ? <SkeletonLines count={3} height={32} /> : null;
  if (records.data.length === 0) return <p className={css.lead}>{t("export.noneConfidential")}</p>;
  return (
    <ul className={css.list} aria-label={t("export.confidential")}>
      {records.data.map((record) => (
        <li key={record.id} className={css.line}>
          <span className={css.name}>
            {record.actor_name}
            <small>
              {record.confidential.map((field) => (field === "everything" ? t("export.everything") : field)).join(", ")}
              {" · "}
              {record.format}
            </small>
          </span>
          <time className={css.when} dateTime={record.created_at}>
            {formatInstant(record.created_at)}
          </time>
        </li>
      ))}
    </ul>
  );
}
