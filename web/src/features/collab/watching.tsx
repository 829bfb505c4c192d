import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useHere } from "../../api/workspace";
import type { Subject } from "../../api/writing";
import { plural, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Floating } from "../../ui/floating";
import list from "../../ui/list.module.css";
import css from "./comments.module.css";
import { useWatch, watchersQuery } from "./queries";

/** Whether one hears of this record, and who else does, and why. */
export function Watching({ about }: { about: Subject }) {
  const { slug, me } = useHere();
  const [open, setOpen] = useState(false);
  const known = useQuery(watchersQuery(slug, about)).data;
  const watch = useWatch(about);
  const watchers = known?.watchers ?? [];
  return (
    <div className={css.watching}>
      {me.person_id && (
        <Button icon="eye" aria-pressed={known?.watching ?? false} disabled={!known || watch.isPending} onClick={() => watch.mutate(!known?.watching)}>
          {t(known?.watching ? "watch.stop" : "watch.start")}
        </Button>
      )}
      {known && (
        <Floating
          opened={open}
          onClose={() => setOpen(false)}
          label={t("watch.title")}
          target={
            <Button tone="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
              {watchers.length === 0 ? t("watch.nobody") : plural("watch.countOne", "watch.countMany", watchers.length)}
            </Button>
          }
        >
          <ul className={`${list.list} ${css.watchers}`}>
            {watchers.map((one) => (
              <li key={one.person_id} className={css.watcher}>
                <span>{one.name || t("comment.unknown")}</span>
                <span className={css.time}>{t(`watch.because.${one.reason}`)}</span>
              </li>
            ))}
            {watchers.length === 0 && <li className={css.watcher}>{t("watch.nobody")}</li>}
          </ul>
        </Floating>
      )}
    </div>
  );
}
