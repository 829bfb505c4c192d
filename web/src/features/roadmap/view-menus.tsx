import { useState } from "react";
import type { Field } from "../../api/types";
import { useHere } from "../../api/workspace";
import { setPreferences, usePreferences } from "../../lib/preferences";
import { t } from "../../lib/t";
import type { ViewChange, ViewSearch } from "../../lib/view";
import { Button } from "../../ui/button";
import { Floating } from "../../ui/floating";
import { Icon, type IconName } from "../../ui/icons";
import list from "../../ui/list.module.css";
import { type Column, DEFAULT_COLUMNS } from "./columns";
import css from "./view-menus.module.css";

interface Props {
  view: ViewSearch;
  fields: Field[];
  columns: Column[];
  chosen: Column[];
  onChange: (changes: ViewChange) => void;
}

/** Groups that people read: numbers and dates would make one for each value. */
const GROUPED = new Set(["ref", "refs", "choice", "choices", "tags", "bool"]);
const UNGROUPED = /^parent$|precision|rolled/;

const DENSITIES = ["compact", "normal", "comfortable"] as const;

/** How the rows are arranged: tree, groups, columns, height. Each is part of the address, but for the height. */
export function ViewMenus({ view, fields, columns, chosen, onChange }: Props) {
  const { config } = useHere();
  const { density } = usePreferences();
  const axes = [
    { value: "parent", label: t("tree.parent") },
    { value: "area", label: t("tree.area") },
    ...config.dimensions.map((dimension) => ({ value: `dim.${dimension.key}`, label: dimension.name })),
    { value: "none", label: t("tree.none") },
  ];
  const axis = view.tree ?? "parent";
  const groups = fields.filter((field) => field.groupable && GROUPED.has(field.type) && !UNGROUPED.test(field.name));
  const grouped = groups.find((field) => field.name === view.group);

  return (
    <div className={css.menus}>
      <Choose
        label={t("tree.by", { axis: axes.find((each) => each.value === axis)?.label ?? axis })}
        icon="tree"
        disabled={view.group !== undefined}
        choices={axes}
        chosen={axis}
        onChoose={(value) => onChange({ tree: value === "parent" ? undefined : value })}
      />
      <Choose
        label={grouped ? t("group.by", { field: grouped.label }) : t("group.label")}
        icon="group"
        choices={[{ value: "", label: t("group.off") }, ...groups.map((field) => ({ value: field.name, label: field.label }))]}
        chosen={view.group ?? ""}
        onChoose={(value) => onChange({ group: value })}
      />
      <ColumnsPicker columns={columns} chosen={chosen} onChange={(cols) => onChange({ cols })} />
      <div className={css.density}>
        <Choose
          label=""
          name={t("density.label")}
          icon="rows"
          choices={DENSITIES.map((each) => ({ value: each, label: t(`density.${each}`) }))}
          chosen={density}
          onChoose={(value) => setPreferences({ density: DENSITIES.find((each) => each === value) ?? "normal" })}
        />
      </div>
    </div>
  );
}

interface ChooseProps {
  label: string;
  /** For a button that is only a picture. */
  name?: string;
  icon: IconName;
  disabled?: boolean;
  choices: { value: string; label: string }[];
  chosen: string;
  onChoose: (value: string) => void;
}

function Choose({ label, name, icon, disabled = false, choices, chosen, onChoose }: ChooseProps) {
  const [open, setOpen] = useState(false);
  return (
    <Floating
      opened={open}
      onClose={() => setOpen(false)}
      label={name ?? label}
      position="bottom-end"
      target={
        <Button tone="quiet" icon={icon} disabled={disabled} aria-label={name} title={name} aria-expanded={open} onClick={() => setOpen(!open)}>
          {label}
        </Button>
      }
    >
      <div className={`${list.list} ${css.surface}`}>
        {choices.map((choice) => (
          <button
            key={choice.value}
            type="button"
            className={list.entry}
            aria-pressed={choice.value === chosen}
            onClick={() => {
              setOpen(false);
              onChoose(choice.value);
            }}
          >
            <span className={list.word} title={choice.label}>
              {choice.label}
            </span>
            {choice.value === chosen && <Icon name="check" size={14} />}
          </button>
        ))}
      </div>
    </Floating>
  );
}

function ColumnsPicker({ columns, chosen, onChange }: { columns: Column[]; chosen: Column[]; onChange: (cols: string) => void }) {
  const [open, setOpen] = useState(false);
  const names = chosen.map((column) => column.name);
  const set = (next: string[]) => onChange(next.join(",") === DEFAULT_COLUMNS.join(",") ? "" : next.join(","));
  const rest = columns.filter((column) => !names.includes(column.name));

  function shift(name: string, by: number) {
    const from = names.indexOf(name);
    const to = Math.min(names.length - 1, Math.max(1, from + by));
    set(names.toSpliced(from, 1).toSpliced(to, 0, name));
  }

  return (
    <Floating
      opened={open}
      onClose={() => setOpen(false)}
      label={t("columns.label")}
      position="bottom-end"
      target={
        <Button tone="quiet" icon="columns" onClick={() => setOpen(!open)} aria-expanded={open}>
          {t("columns.label")}
        </Button>
      }
    >
      <div className={css.columns}>
        <ul>
          {chosen.slice(1).map((column, index) => (
            <li key={column.name} className={css.column}>
              <label>
                <input type="checkbox" checked onChange={() => set(names.filter((name) => name !== column.name))} />
                {column.label}
              </label>
              <button
                type="button"
                className={css.shift}
                disabled={index === 0}
                aria-label={t("columns.left", { field: column.label })}
                onClick={() => shift(column.name, -1)}
              >
                ↑
              </button>
              <button
                type="button"
                className={css.shift}
                disabled={index === chosen.length - 2}
                aria-label={t("columns.right", { field: column.label })}
                onClick={() => shift(column.name, 1)}
              >
                ↓
              </button>
            </li>
          ))}
        </ul>
        {rest.length > 0 && <p className={css.more}>{t("columns.more")}</p>}
        <ul>
          {rest.map((column) => (
            <li key={column.name} className={css.column}>
              <label>
                <input type="checkbox" checked={false} onChange={() => set([...names, column.name])} />
                {column.label}
              </label>
            </li>
          ))}
        </ul>
        <div className={css.foot}>
          <Button tone="quiet" onClick={() => onChange("")}>
            {t("columns.reset")}
          </Button>
        </div>
      </div>
    </Floating>
  );
}
