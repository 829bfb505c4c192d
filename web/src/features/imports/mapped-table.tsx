import { t } from "../../lib/t";
import css from "./imports.module.css";
import type { calls, MappedColumn, MappedFile, Mapping } from "./queries";

type ColumnIn = NonNullable<Parameters<typeof calls.remap>[1]["columns"]>[number];

interface Props {
  file: MappedFile;
  targets: Mapping["targets"];
  locked: boolean;
  onChange: (column: ColumnIn) => void;
}

const SHOWN = 120;
const TYPES: Record<string, ColumnIn["new"] extends infer N ? (N extends { type: infer T } ? T : never) : never> = {
  number: "number", date: "date", span: "text", bool: "bool", url: "url",
};

/** The first rows of a file under a head that says what each column fills. */
export function MappedTable({ file, targets, locked, onChange }: Props) {
  const columns = file.columns.slice(0, SHOWN);
  const changeable = file.part === "items" && !locked;
  return (
    <div className={css.scroll}>
      <table className={css.sample}>
        <thead>
          <tr>
            <th scope="col" className={css.rowNumber}>
              {t("imports.row")}
            </th>
            {columns.map((column) => (
              <th key={column.position} scope="col">
                <span className={css.columnName} title={column.name}>
                  {column.name || " "}
                </span>
                <Target column={column} targets={targets} locked={!changeable} onChange={onChange} />
                <span className={css.sure} data-low={column.sure < 0.6 || undefined} title={column.why}>
                  {t("imports.sure", { share: Math.round(column.sure * 100), why: column.why })}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {file.rows.map((row) => (
            <tr key={row.number} data-bad={row.problem || undefined} title={row.problem}>
              <td className={css.rowNumber}>{row.number}</td>
              {columns.map((column) => (
                <td key={column.position} data-out={column.targets.length === 0 || undefined}>
                  <span>{row.cells[column.position] ?? ""}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Target({ column, targets, locked, onChange }: Omit<Props, "file"> & { column: MappedColumn }) {
  const [first = "", ...others] = column.targets;
  const known = targets.some((each) => each.name === first) || first === "";
  const fresh = slug(column.name);
  const made = `custom.${fresh}`;
  function pick(target: string) {
    const isNew = target === made && !targets.some((each) => each.name === made);
    const field = { key: fresh, name: column.name.slice(0, 120), type: TYPES[column.kind] ?? "text" } as ColumnIn["new"];
    onChange({ column: column.name, target, ...(isNew && field ? { new: field } : {}) });
  }
  return (
    <>
      <select
        value={first}
        disabled={locked}
        aria-label={t("imports.columnOf", { column: column.name })}
        onChange={(event) => pick(event.currentTarget.value)}
      >
        <option value="">{t("imports.leftOut")}</option>
        {!known && <option value={first}>{labelOf(first, targets)}</option>}
        {targets.map((each) => (
          <option key={each.name} value={each.name}>
            {each.label}
          </option>
        ))}
        {fresh && first !== made && <option value={made}>{t("imports.newField", { name: column.name })}</option>}
      </select>
      {others.length > 0 && (
        <span className={css.also}>
          {t("imports.alsoFills", { fields: others.map((each) => labelOf(each, targets)).join(", ") })}
        </span>
      )}
    </>
  );
}

const labelOf = (name: string, targets: Mapping["targets"]): string =>
  targets.find((each) => each.name === name)?.label ?? name.replace(/^(custom|dim|link)\./, "").replaceAll("_", " ");

/** A column's name as a field's key. */
export const slug = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 60);
