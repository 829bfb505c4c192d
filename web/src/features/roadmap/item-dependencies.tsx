import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Item, Standing } from "../../api/types";
import { useHere } from "../../api/workspace";
import { t, plural } from "../../lib/t";
import { formatPoint, parsePoint } from "../../lib/timeframe";
import { Button } from "../../ui/button";
import { IconButton } from "../../ui/icon-button";
import { PhaseMark } from "../../ui/phase-mark";
import css from "./item-dependencies.module.css";
import { dependenciesQuery } from "./queries";
import { Section } from "./section";
import { phaseOf } from "./values";
import { type Answer, useAnswerDependency, useRemoveLink } from "./writes";

interface Props {
  item: Item;
  onOpen: (id: string) => void;
  onUndo: (changeSet: string) => void;
}

/** What the item waits for and what waits for it: what both sides said, how it stands, why, and what one may say now. */
export function ItemDependencies({ item, onOpen, onUndo }: Props) {
  const { slug } = useHere();
  const ties = useQuery(dependenciesQuery(slug, item.id));
  const list = ties.data ?? [];
  return (
    <Section title={t("dep.title")}>
      {ties.data && list.length === 0 && <p className={css.none}>{t("dep.none")}</p>}
      {(["dep.waitsFor", "dep.blocks"] as const).map((side) => {
        const mine = list.filter((tie) => (side === "dep.waitsFor" ? tie.to_id : tie.from_id) === item.id);
        return mine.length === 0 ? null : (
          <div key={side}>
            <h4 className={css.side}>{t(side)}</h4>
            <ul className={css.list}>
              {mine.map((tie) => (
                <Tie key={tie.id} tie={tie} other={side === "dep.waitsFor" ? tie.giving : tie.needing} onOpen={onOpen} onUndo={onUndo} />
              ))}
            </ul>
          </div>
        );
      })}
    </Section>
  );
}

interface TieProps extends Omit<Props, "item"> {
  tie: Standing;
  other: Standing["giving"];
}

function Tie({ tie, other, onOpen, onUndo }: TieProps) {
  const { config } = useHere();
  const [act, setAct] = useState<Answer["act"] | null>(null);
  const answer = useAnswerDependency(onUndo);
  const remove = useRemoveLink(onUndo);
  const acts = tie.may.filter((each) => each !== "ask" || tie.state !== "asked");
  const send = (said: Answer["said"], name: Answer["act"]) => {
    setAct(null);
    answer.mutate({ id: tie.id, version: tie.version, ref: other.ref, act: name, said });
  };
  return (
    <li className={css.tie}>
      <div className={css.head}>
        <button type="button" className={css.target} onClick={() => onOpen(other.id)}>
          <PhaseMark {...phaseOf(config, other.phase_id ?? "")} />
          <span className={css.title}>{other.title}</span>
        </button>
        <span className={css.chip} data-standing={tie.standing}>
          {t(`state.${tie.standing}`)}
        </span>
        {tie.may_remove && (
          <IconButton icon="close" label={t("dep.remove")} onClick={() => remove.mutate({ kind: "dependency", id: tie.id })} />
        )}
      </div>
      <p className={css.facts}>{useFacts(tie).join(" · ")}</p>
      {tie.because.length > 0 && (
        <ul className={css.because}>
          {tie.because.map((each) => (
            <li key={each.code}>{each.words}</li>
          ))}
        </ul>
      )}
      {tie.reason && <p className={css.reason}>“{tie.reason}”</p>}
      {acts.length > 0 && act === null && (
        <div className={css.acts}>
          {acts.map((each) => (
            <Button key={each} tone="quiet" onClick={() => (each === "accept" ? send({}, each) : setAct(each))}>
              {t(`dep.act.${each}`)}
            </Button>
          ))}
        </div>
      )}
      {act !== null && act !== "accept" && <Say tie={tie} act={act} onCancel={() => setAct(null)} onSay={(said) => send(said, act)} />}
    </li>
  );
}

function useFacts(tie: Standing): string[] {
  const { config } = useHere();
  const when = (day: string, precision: string | null) => formatPoint(day, precision ?? "day", config.workspace.fiscal);
  return [
    tie.standing === tie.state ? "" : t("dep.stated", { state: t(`state.${tie.state}`) }),
    tie.type === "FS" ? "" : t(`dep.type.${tie.type}`),
    tie.lag_days === 0 ? "" : t("dep.fact.lag", { days: tie.lag_days }),
    tie.needed_by ? t("dep.fact.needed", { when: when(tie.needed_by, tie.needed_precision) }) : "",
    tie.promised_by ? t("dep.fact.promised", { when: when(tie.promised_by, tie.promised_precision) }) : "",
    tie.proposed_by ? t("dep.fact.proposed", { when: when(tie.proposed_by, tie.proposed_precision) }) : "",
    tie.days_late ? plural("dep.lateOne", "dep.lateMany", tie.days_late) : "",
  ].filter(Boolean);
}

interface SayProps {
  tie: Standing;
  act: Exclude<Answer["act"], "accept">;
  onCancel: () => void;
  onSay: (said: Answer["said"]) => void;
}

/** What goes with an answer: a date as exact as it is meant, a reason. */
function Say({ tie, act, onCancel, onSay }: SayProps) {
  const { config } = useHere();
  const fiscal = config.workspace.fiscal;
  const [date, setDate] = useState(tie.needed_by && act !== "propose" ? formatPoint(tie.needed_by, tie.needed_precision ?? "day", fiscal) : "");
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState(false);
  function submit(event: FormEvent) {
    event.preventDefault();
    const point = date.trim() === "" ? null : parsePoint(date, fiscal);
    const dated = act !== "decline";
    if (dated && (date.trim() !== "" || act !== "ask") && !point?.end) return setWrong(true);
    const by = dated && point?.end ? { by: point.end, precision: point.precision } : {};
    onSay({ ...by, ...(reason.trim() ? { reason: reason.trim() } : {}) });
  }
  return (
    <form className={css.say} onSubmit={submit} aria-label={t(`dep.act.${act}`)}>
      {act !== "decline" && (
        <label className={css.field}>
          {t("dep.date")}
          {/* Whoever opened the form goes on with the keyboard in it. */}
          {/* oxlint-disable-next-line jsx-a11y/no-autofocus */}
          <input autoFocus value={date} placeholder="Q3 2026" aria-invalid={wrong} onChange={(event) => setDate(event.currentTarget.value)} />
        </label>
      )}
      {(act === "decline" || act === "propose") && (
        <label className={css.field}>
          {t("dep.reason")}
          <textarea
            rows={2}
            maxLength={1000}
            required={act === "decline"}
            placeholder={t("dep.reasonFor")}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </label>
      )}
      {wrong && (
        <p className={css.wrong} role="alert">
          {t("dep.cannotRead")}
        </p>
      )}
      <div className={css.acts}>
        <Button tone="primary" type="submit">
          {t(`dep.act.${act}`)}
        </Button>
        <Button tone="quiet" onClick={onCancel}>
          {t("action.cancel")}
        </Button>
      </div>
    </form>
  );
}
