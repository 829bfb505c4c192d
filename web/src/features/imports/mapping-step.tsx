import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import { useToasts } from "../../ui/toasts";
import css from "./imports.module.css";
import type { StepProps } from "./import-wizard";
import { MappedTable } from "./mapped-table";
import { calls, type MappedFile, type Mapping, mappingQuery, useImportWrite } from "./queries";
import { Trouble } from "./trouble";

const DELIMITERS: Record<string, string> = { ",": ",", ";": ";", "\t": "", "|": "|" };
const ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-1", "cp1250", "cp1251", "shift_jis", "gb18030"];

/** How the files are read and what each column fills, on their first rows, to be corrected. */
export function MappingStep({ of, onGo }: StepProps) {
  const { slug, canEdit } = useHere();
  const mapping = useQuery({ ...mappingQuery(slug, of.id), retry: false });
  const slow = useSlow(mapping.isPending);
  const change = useImportWrite((body: Parameters<typeof calls.remap>[1]) => calls.remap(of.id, body));
  const read = useImportWrite((body: Parameters<typeof calls.propose>[1]) => calls.propose(of.id, body));
  const check = useImportWrite(
    () => calls.check(of.id),
    () => onGo("check"),
  );
  const locked = !canEdit || of.status === "applied" || of.status === "undone" || of.files_gone_at !== null;
  const start = (
    <Button tone="primary" disabled={locked || check.isPending} onClick={() => check.mutate()}>
      {t("imports.tryIt")}
    </Button>
  );
  if (mapping.isError) {
    if (!of.recipe) return <ErrorState error={mapping.error} onRetry={() => void mapping.refetch()} />;
    return (
      <section className={css.step}>
        <p className={css.lead}>{t("imports.byRecipe", { name: of.recipe_name })}</p>
        <pre className={css.recipe}>{of.recipe}</pre>
        <Trouble of={check.error} />
        <div className={css.actions}>{start}</div>
      </section>
    );
  }
  if (!mapping.data) return slow ? <SkeletonLines count={10} /> : null;
  const told = mapping.data;
  return (
    <section className={css.step}>
      <p className={css.lead}>{t("imports.mappingLead")}</p>
      <Layouts told={told} locked={locked} onPick={(layout) => read.mutate({ readings: [], layout })} />
      {told.problems.length > 0 && (
        <div className={css.note}>
          <p className={css.noteTitle}>{t("imports.problems")}</p>
          <ul>
            {told.problems.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </div>
      )}
      <Trouble of={change.error ?? read.error ?? check.error} />
      {told.files.map((file) => (
        <section key={file.name} className={css.mapped} aria-label={file.name}>
          <header className={css.mappedHead}>
            <h2>{file.name}</h2>
            <span className={css.muted}>
              {t("imports.part", { part: file.part, count: `${file.count.toLocaleString("en")}${file.cut ? "+" : ""}` })}
            </span>
          </header>
          <Readings
            file={file}
            locked={locked}
            onChange={(reading) => read.mutate({ readings: [reading], layout: null })}
          />
          <MappedTable
            file={file}
            targets={told.targets}
            locked={locked || change.isPending}
            onChange={(column) => change.mutate({ columns: [column] })}
          />
        </section>
      ))}
      <div className={css.actions}>
        <SourceField value={told.source} locked={locked} onChange={(source) => change.mutate({ columns: [], source })} />
        <RecipeActions recipe={of.recipe} name={told.name} locked={!canEdit} />
        {start}
      </div>
    </section>
  );
}

function Layouts({ told, locked, onPick }: { told: Mapping; locked: boolean; onPick: (layout: string) => void }) {
  const offered = told.layouts.some((each) => each.name === "") ? told.layouts : [...told.layouts, { name: "", label: "", score: 0 }];
  return (
    <label className={css.field}>
      <span>{t("imports.layout")}</span>
      <select value={told.layout.name} disabled={locked} onChange={(event) => onPick(event.currentTarget.value)}>
        {offered.map((each) => (
          <option key={each.name} value={each.name}>
            {each.name ? each.label : t("imports.layoutNone")}
          </option>
        ))}
      </select>
    </label>
  );
}

type ReadingIn = NonNullable<Parameters<typeof calls.propose>[1]["readings"]>[number];

function Readings({ file, locked, onChange }: { file: MappedFile; locked: boolean; onChange: (next: ReadingIn) => void }) {
  const { reading, sure } = file;
  const text = reading.format === "csv" || reading.format === "tsv";
  const told = (next: Partial<ReadingIn>) =>
    onChange({
      file: file.name, format: "", encoding: "", delimiter: "", quote: "", header_row: 0, sheet: reading.sheet,
      decimal: "", day_first: null, language: "", ...next,
    });
  const why = (name: string) => sure[name]?.why ?? "";
  return (
    <div className={css.readings}>
      {text && (
        <Choice label={t("imports.encoding")} title={why("encoding")} value={reading.encoding} locked={locked}
          options={[...new Set([reading.encoding, ...ENCODINGS])].map((each) => [each, each])}
          onPick={(encoding) => told({ encoding })} />
      )}
      {text && (
        <Choice label={t("imports.delimiter")} title={why("delimiter")} value={reading.delimiter} locked={locked}
          options={[...new Set([reading.delimiter, ...Object.keys(DELIMITERS)])].map((each) => [
            each, DELIMITERS[each] || t("imports.tab"),
          ])}
          onPick={(delimiter) => told({ delimiter })} />
      )}
      {file.sheets.length > 1 && (
        <Choice label={t("imports.sheet")} title={why("sheet")} value={reading.sheet} locked={locked}
          options={file.sheets.map((each) => [each, each])} onPick={(sheet) => told({ sheet })} />
      )}
      {reading.format !== "json" && (
        <Choice label={t("imports.headerRow")} title={why("header_row")} value={String(reading.header_row)} locked={locked}
          options={[...new Set([reading.header_row, 1, 2, 3, 4, 5])].map((each) => [String(each), String(each)])}
          onPick={(row) => told({ header_row: Number(row) })} />
      )}
      <Choice label={t("imports.decimal")} title={why("decimal")} value={reading.decimal} locked={locked}
        options={[[".", "1.5"], [",", "1,5"]]}
        onPick={(decimal) => told({ decimal: decimal === "," ? "," : "." })} />
      <Choice label={t("imports.dates")} title={why("day_first")} value={reading.day_first ? "d" : "m"} locked={locked}
        options={[["d", t("imports.datesDay")], ["m", t("imports.datesMonth")]]}
        onPick={(first) => told({ day_first: first === "d" })} />
    </div>
  );
}

interface ChoiceProps {
  label: string;
  title: string;
  value: string;
  locked: boolean;
  options: [string, string][];
  onPick: (value: string) => void;
}

function Choice({ label, title, value, locked, options, onPick }: ChoiceProps) {
  return (
    <label className={css.field} title={title}>
      <span>{label}</span>
      <select value={value} disabled={locked} onChange={(event) => onPick(event.currentTarget.value)}>
        {options.map(([each, word]) => (
          <option key={each} value={each}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

function SourceField({ value, locked, onChange }: { value: string; locked: boolean; onChange: (source: string) => void }) {
  const [text, setText] = useState(value);
  return (
    <label className={css.field} title={t("imports.sourceHint")}>
      <span>{t("imports.source")}</span>
      <input
        value={text}
        maxLength={60}
        disabled={locked}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={() => (text.trim() && text.trim() !== value ? onChange(text.trim()) : setText(text.trim() || value))}
      />
    </label>
  );
}

function RecipeActions({ recipe, name, locked }: { recipe: string; name: string; locked: boolean }) {
  const { show } = useToasts();
  const [asking, setAsking] = useState<string | null>(null);
  const save = useImportWrite(
    (wanted: string) => calls.saveRecipe(wanted, recipe),
    (kept) => {
      setAsking(null);
      show({ message: t("imports.saved", { name: kept.name }) });
    },
  );
  function download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([recipe], { type: "application/toml" }));
    link.download = `${name.replace(/[^\w-]+/g, "-") || "recipe"}.toml`;
    link.click();
    URL.revokeObjectURL(link.href);
  }
  return (
    <div className={css.keep}>
      {asking === null ? (
        <Button disabled={locked} onClick={() => setAsking(name)}>
          {t("imports.saveRecipe")}
        </Button>
      ) : (
        <form
          className={css.keep}
          onSubmit={(event) => {
            event.preventDefault();
            if (asking.trim()) save.mutate(asking.trim());
          }}
        >
          <label className={css.field}>
            <span>{t("imports.saveRecipeName")}</span>
            <input value={asking} maxLength={120} onChange={(event) => setAsking(event.currentTarget.value)} />
          </label>
          <Button type="submit">{t("action.save")}</Button>
        </form>
      )}
      <Trouble of={save.error} />
      <Button onClick={download}>{t("imports.download")}</Button>
    </div>
  );
}
