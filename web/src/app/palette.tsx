import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useHere } from "../api/workspace";
import { itemSearchQuery } from "../features/roadmap/queries";
import { t } from "../lib/t";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icons";
import { type Choice, Picker } from "../ui/picker";
import css from "./palette.module.css";

interface Props {
  onClose: () => void;
  onGo: (page: "roadmap" | "inbox" | "history" | "imports" | "settings") => void;
  onTime: () => void;
  onItem: (id: string) => void;
}

/** Finds items by their words, and the places and commands of the product by theirs. */
export function Palette({ onClose, onGo, onTime, onItem }: Props) {
  const { slug } = useHere();
  const [words, setWords] = useState("");
  const found = useQuery({ ...itemSearchQuery(slug, words), enabled: words.trim() !== "" });
  const commands: Record<string, { label: string; run: () => void }> = {
    "go:roadmap": { label: t("palette.go", { place: t("nav.roadmap") }), run: () => onGo("roadmap") },
    "go:inbox": { label: t("palette.go", { place: t("nav.inbox") }), run: () => onGo("inbox") },
    "go:imports": { label: t("palette.go", { place: t("nav.imports") }), run: () => onGo("imports") },
    "go:history": { label: t("palette.go", { place: t("nav.history") }), run: () => onGo("history") },
    "go:settings": { label: t("palette.go", { place: t("nav.settings") }), run: () => onGo("settings") },
    time: { label: t("palette.time"), run: onTime },
  };
  const { id: ids = [], ref: refs = [], title: titles = [] } = words.trim() === "" ? {} : (found.data?.columns ?? {});
  const matching = Object.entries(commands).filter(([, each]) => each.label.toLowerCase().includes(words.trim().toLowerCase()));
  const choices: Choice[] = [
    ...ids.map((id, index) => ({ value: `item:${String(id)}`, label: String(titles[index]), hint: String(refs[index]) })),
    ...matching.map(([value, { label }]) => ({
      value,
      label,
      mark: (
        <span className={css.command}>
          <Icon name="chevronRight" size={14} />
          {label}
        </span>
      ),
    })),
  ];

  function take(value: string | undefined) {
    onClose();
    if (value?.startsWith("item:")) onItem(value.slice(5));
    else if (value) commands[value]?.run();
  }

  return (
    <Dialog title={t("palette.label")} size={560} bare onClose={onClose}>
      <div className={css.palette}>
        <Picker label={t("palette.label")} choices={choices} selected={[]} onSearch={setWords} onClose={onClose} onPick={([value]) => take(value)} />
      </div>
    </Dialog>
  );
}
