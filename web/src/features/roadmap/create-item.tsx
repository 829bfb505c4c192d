import { type KeyboardEvent, useState } from "react";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import css from "./create-item.module.css";
import { useCreateItem } from "./writes";

interface Props {
  /** The item under which the new one goes, if one is in view. */
  parent: { id: string; title: string; levelId: string } | null;
  onUndo: (changeSet: string) => void;
  onCreated: (id: string) => void;
  onClose: () => void;
}

/** A line above the grid: a title and Enter make an item; everything else can wait. */
export function CreateItem({ parent, onUndo, onCreated, onClose }: Props) {
  const { config } = useHere();
  const create = useCreateItem(onUndo);
  const [title, setTitle] = useState("");
  const levels = config.levels.toSorted((a, b) => b.rank - a.rank);
  const below = levels.filter((level) => level.rank < (config.levels.find((each) => each.id === parent?.levelId)?.rank ?? Infinity));
  const [under, setUnder] = useState(parent !== null && below.length > 0);
  const offered = under ? below : levels;
  const [levelId, setLevelId] = useState<string | null>(null);
  const level = offered.find((each) => each.id === levelId) ?? offered[under ? 0 : Math.max(0, offered.length - 2)];

  function submit() {
    if (!title.trim() || !level) return;
    create.mutate(
      { title: title.trim(), level_id: level.id, ...(under && parent ? { parent_id: parent.id } : {}) },
      {
        onSuccess: ({ value }) => {
          setTitle("");
          onCreated(value.id);
        },
      },
    );
  }
  function handleKey(event: KeyboardEvent) {
    if (event.key === "Escape") {
      event.preventDefault();
      onClose();
    }
  }

  return (
    // Esc closes the form from any field of it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      className={css.form}
      aria-label={t("create.label")}
      onKeyDown={handleKey}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <select
        className={css.level}
        aria-label={t("create.level")}
        value={level?.id ?? ""}
        onChange={(event) => setLevelId(event.currentTarget.value)}
      >
        {offered.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
      </select>
      <input
        className={css.title}
        aria-label={t("create.title")}
        placeholder={t("create.placeholder")}
        maxLength={500}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened by the person to write here
        autoFocus
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      {parent && below.length > 0 && (
        <label className={css.under}>
          <input type="checkbox" checked={under} onChange={(event) => setUnder(event.currentTarget.checked)} />
          <span title={parent.title}>{t("create.under", { title: parent.title })}</span>
        </label>
      )}
      <Button tone="primary" type="submit" disabled={create.isPending || title.trim() === ""}>
        {t("create.submit")}
      </Button>
      <Button tone="quiet" onClick={onClose}>
        {t("action.cancel")}
      </Button>
    </form>
  );
}
