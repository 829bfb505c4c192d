import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Item } from "../../api/types";
import { useHere } from "../../api/workspace";
import { fileUrl } from "../../api/writing";
import { Markdown } from "../../lib/markdown";
import { t } from "../../lib/t";
import { MISSING } from "../../lib/timeframe";
import { Button } from "../../ui/button";
import { Editor } from "../../ui/editor";
import { CellEditor } from "./cell-editor";
import { isMissing, Value } from "./cells";
import type { Column } from "./columns";
import { useEditItem } from "./edits";
import { ItemDependencies } from "./item-dependencies";
import { ItemEstimates } from "./item-estimates";
import { ItemLinks } from "./item-links";
import css from "./item-panel.module.css";
import { ItemTracks } from "./item-tracks";
import { arranged, ComputedFields, HealthReasons, HorizonHint, RequiredMark, StaleMark } from "./item-rules";
import { itemValue, rolledValue } from "./item-values";
import { itemQuery } from "./queries";
import { type ItemRules, itemRulesQuery } from "./rules";
import { Section } from "./section";
import { useDeleteItem } from "./writes";

const OWN_PLACE = new Set(["title", "key", "created", "updated", "children", "parent", "launch"]);

interface Props {
  item: Item;
  columns: Column[];
  onOpen: (id: string) => void;
  onUndo: (changeSet: string) => void;
  onDeleted: () => void;
}

export function ItemDetails({ item, columns, onOpen, onUndo, onDeleted }: Props) {
  const { canEdit, slug } = useHere();
  const edit = useEditItem(onUndo);
  const remove = useDeleteItem(onUndo);
  const rules = useQuery(itemRulesQuery(slug, item.id)).data;
  const shown = columns.filter((column) => !OWN_PLACE.has(column.name) && !column.derived);
  const sections = arranged(shown, rules);
  const save = (column: Pick<Column, "name" | "label">, value: unknown) => {
    const before = column.name === "description" ? item.description : itemValue(item, column.name);
    if (JSON.stringify(value) === JSON.stringify(before)) return;
    edit.mutate({
      id: item.id,
      version: item.version,
      column: column.name,
      label: column.label,
      value,
      before,
      ...(column.name === "description" ? { along: { description_version: item.description_version } } : {}),
    });
  };

  const property = (column: Column) => (
    <Property key={column.name} item={item} column={column} rules={rules} canEdit={canEdit} onSave={(value) => save(column, value)} />
  );

  return (
    <>
      <h2 className="visually-hidden">{item.title}</h2>
      <Title item={item} canEdit={canEdit} onSave={(title) => save({ name: "title", label: t("field.title") }, title)} />
      <dl className={css.properties}>
        {item.parent_id && <Parent id={item.parent_id} label={columns.find((column) => column.name === "parent")?.label ?? ""} onOpen={onOpen} />}
        {sections[0]?.columns.map((column) => property(column))}
      </dl>
      {sections.slice(1).map((section) => (
        <Section key={section.name} title={section.name}>
          <dl className={css.properties}>{section.columns.map((column) => property(column))}</dl>
        </Section>
      ))}
      {rules && <ComputedFields rules={rules} />}
      <Section title={t("item.description")}>
        <Description
          itemId={item.id}
          text={item.description ?? ""}
          canEdit={canEdit}
          onSave={(text) => save({ name: "description", label: t("item.description") }, text)}
        />
      </Section>
      <ItemTracks item={item} canEdit={canEdit} onUndo={onUndo} />
      <ItemEstimates item={item} canEdit={canEdit} onUndo={onUndo} />
      <ItemDependencies item={item} onOpen={onOpen} onUndo={onUndo} />
      <ItemLinks item={item} canEdit={canEdit} onOpen={onOpen} onUndo={onUndo} />
      {canEdit && (
        <div className={css.foot}>
          <Button tone="quiet" icon="trash" onClick={() => remove.mutate(item, { onSuccess: onDeleted })}>
            {t("item.delete")}
          </Button>
        </div>
      )}
    </>
  );
}

function Title({ item, canEdit, onSave }: { item: Item; canEdit: boolean; onSave: (title: string) => void }) {
  const [draft, setDraft] = useState<string | null>(null);
  function finish() {
    const title = draft?.trim();
    if (title && title !== item.title) onSave(title);
    setDraft(null);
  }
  return (
    <textarea
      className={css.title}
      aria-label={t("field.title")}
      rows={1}
      readOnly={!canEdit}
      maxLength={500}
      value={draft ?? item.title}
      onChange={(event) => setDraft(event.currentTarget.value.replaceAll("\n", " "))}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          event.currentTarget.blur();
        } else if (event.key === "Escape" && draft !== null) {
          event.preventDefault();
          event.stopPropagation();
          setDraft(null);
        }
      }}
    />
  );
}

function Parent({ id, label, onOpen }: { id: string; label: string; onOpen: (id: string) => void }) {
  const { slug } = useHere();
  const parent = useQuery(itemQuery(slug, id)).data;
  return (
    <div className={css.property}>
      <dt>{label}</dt>
      <dd>
        <button type="button" className={css.value} onClick={() => onOpen(id)}>
          {parent ? parent.title : "…"}
        </button>
      </dd>
    </div>
  );
}

interface PropertyProps {
  item: Item;
  column: Column;
  rules: ItemRules | undefined;
  canEdit: boolean;
  onSave: (value: unknown) => void;
}

/** One field: what is stated, and beside it what the children add up to where that differs. */
function Property({ item, column, rules, canEdit, onSave }: PropertyProps) {
  const { config } = useHere();
  const [editing, setEditing] = useState(false);
  const value = itemValue(item, column.name);
  const rolled = rolledValue(item, column.name);
  const missing = isMissing(value, column.kind);
  const differs = rolled !== null && !missing && JSON.stringify(rolled) !== JSON.stringify(value);
  const content = missing ? <span className={css.missing}>{MISSING}</span> : <Value value={value} column={column} config={config} />;
  return (
    <div className={css.property}>
      <dt>
        {column.label}
        {column.unit && <span className={css.unit}> {column.unit}</span>}
        {rules && <RequiredMark name={column.name} rules={rules} />}
      </dt>
      <dd>
        {canEdit && column.editor ? (
          <button type="button" className={css.value} onClick={() => setEditing(true)}>
            <span className="visually-hidden">{t("field.edit", { field: column.label })}</span>
            {content}
          </button>
        ) : (
          <span className={css.fixed}>{content}</span>
        )}
        {rolled !== null && (missing || differs) && (
          <span className={css.rolled} data-rolled data-differs={differs || undefined} title={t(differs ? "rolled.differs" : "rolled.hint")}>
            <span aria-hidden="true">Σ </span>
            <span className="visually-hidden">{t("rolled.word")}</span>
            <Value value={rolled} column={column} config={config} />
          </span>
        )}
        {rules && <StaleMark itemId={item.id} column={column} rules={rules} canEdit={canEdit} />}
        {rules && column.name === "health" && <HealthReasons rules={rules} />}
        {rules && column.name === "horizon" && <HorizonHint rules={rules} />}
        {editing && (
          <CellEditor
            column={column}
            value={value}
            onClose={() => setEditing(false)}
            onSave={(next) => {
              setEditing(false);
              onSave(next);
            }}
          />
        )}
      </dd>
    </div>
  );
}

interface DescriptionProps {
  itemId: string;
  text: string;
  canEdit: boolean;
  onSave: (text: string) => void;
}

function Description({ itemId, text, canEdit, onSave }: DescriptionProps) {
  const { slug } = useHere();
  const [draft, setDraft] = useState<string | null>(null);
  if (draft === null) {
    return (
      <div className={css.prose}>
        {text ? <Markdown text={text} fileUrl={(id) => fileUrl(slug, id)} /> : <p className={css.missing}>{t("item.noDescription")}</p>}
        {canEdit && (
          <Button tone="quiet" className={css.proseEdit} onClick={() => setDraft(text)}>
            {t(text ? "item.editDescription" : "item.addDescription")}
          </Button>
        )}
      </div>
    );
  }
  return (
    <Editor
      label={t("item.description")}
      about={{ entity: "item", id: itemId }}
      initial={draft}
      rows={6}
      focused
      submitLabel={t("action.save")}
      allowEmpty
      onCancel={() => setDraft(null)}
      onSubmit={(next) => {
        onSave(next);
        setDraft(null);
      }}
    />
  );
}
