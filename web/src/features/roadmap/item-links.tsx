import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Item } from "../../api/types";
import { useHere } from "../../api/workspace";
import { type Message, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { Floating } from "../../ui/floating";
import { IconButton } from "../../ui/icon-button";
import { PhaseMark } from "../../ui/phase-mark";
import { Picker } from "../../ui/picker";
import css from "./item-panel.module.css";
import { itemQuery, itemSearchQuery } from "./queries";
import { Section } from "./section";
import { phaseOf } from "./values";
import { type Link, useAddLink, useRemoveLink } from "./writes";

interface Props {
  item: Item;
  canEdit: boolean;
  onOpen: (id: string) => void;
  onUndo: (changeSet: string) => void;
}

interface Line {
  id: string;
  otherId: string;
  /** How this item stands to the other. */
  words: Message;
}

const RELATION_WORDS: Record<string, [Message, Message]> = {
  relates_to: ["link.relatesTo", "link.relatesTo"],
  replaces: ["link.replaces", "link.replacedBy"],
  duplicates: ["link.duplicates", "link.duplicatedBy"],
};

function linesOf(item: Item): Line[] {
  return item.relations.map((each): Line => {
    const out = each.from_id === item.id;
    const words = RELATION_WORDS[each.type] ?? ["link.relatesTo", "link.relatesTo"];
    return { id: each.id, otherId: out ? each.to_id : each.from_id, words: words[out ? 0 : 1] };
  });
}

/** What else the item has to do with. Ties of every kind are made here. */
export function ItemLinks({ item, canEdit, onOpen, onUndo }: Props) {
  const { slug, config } = useHere();
  const lines = linesOf(item);
  const others = useQueries({ queries: lines.map((line) => itemQuery(slug, line.otherId)) });
  const remove = useRemoveLink(onUndo);
  return (
    <Section title={t("item.links")} action={canEdit ? <AddLink item={item} onUndo={onUndo} /> : undefined}>
      {lines.length === 0 && <p className={css.missing}>{t("link.noneElse")}</p>}
      <ul className={css.links}>
        {lines.map((line, index) => {
          const other = others[index]?.data;
          return (
            <li key={line.id} className={css.link}>
              <span className={css.linkWords}>{t(line.words)}</span>
              <button type="button" className={css.linkTarget} onClick={() => onOpen(line.otherId)}>
                {other ? (
                  <>
                    <PhaseMark {...phaseOf(config, other.phase_id ?? "")} />
                    <span className={css.linkTitle}>{other.title}</span>
                  </>
                ) : (
                  "…"
                )}
              </button>
              {canEdit && <IconButton icon="close" label={t("link.remove")} onClick={() => remove.mutate({ kind: "relation", id: line.id })} />}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

const KINDS = ["link.waitsFor", "link.blocks", "link.relatesTo", "link.replaces", "link.duplicates"] as const;

function toLink(kind: (typeof KINDS)[number], own: string, other: string): Link {
  if (kind === "link.waitsFor") return { kind: "dependency", from_id: other, to_id: own };
  if (kind === "link.blocks") return { kind: "dependency", from_id: own, to_id: other };
  const type = ({ "link.relatesTo": "relates_to", "link.replaces": "replaces", "link.duplicates": "duplicates" } as const)[kind];
  return { kind: "relation", from_id: own, to_id: other, type };
}

function AddLink({ item, onUndo }: { item: Item; onUndo: (changeSet: string) => void }) {
  const { slug } = useHere();
  const [open, setOpen] = useState(false);
  const [kind, setKind] = useState<(typeof KINDS)[number]>("link.waitsFor");
  const [words, setWords] = useState("");
  const found = useQuery({ ...itemSearchQuery(slug, words), enabled: open });
  const add = useAddLink(onUndo);
  const { id: ids = [], ref: refs = [], title: titles = [] } = found.data?.columns ?? {};
  const choices = ids.flatMap((id, index) =>
    id === item.id ? [] : [{ value: String(id), label: String(titles[index]), hint: String(refs[index]) }],
  );
  return (
    <Floating
      opened={open}
      onClose={() => setOpen(false)}
      label={t("link.add")}
      position="bottom-end"
      target={
        <Button tone="quiet" icon="plus" onClick={() => setOpen(true)}>
          {t("link.add")}
        </Button>
      }
    >
      <div>
        <select
          className={css.kind}
          aria-label={t("link.kind")}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as (typeof KINDS)[number])}
        >
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {t(each)}
            </option>
          ))}
        </select>
        <Picker
          label={t("link.add")}
          choices={choices}
          selected={[]}
          onSearch={setWords}
          onClose={() => setOpen(false)}
          onPick={([other]) => {
            setOpen(false);
            if (other) add.mutate(toLink(kind, item.id, other));
          }}
        />
      </div>
    </Floating>
  );
}
