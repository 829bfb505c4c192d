import type { Config } from "../../api/types";
import { useHere } from "../../api/workspace";
import { valueColor } from "../../lib/format";
import { type Message, t } from "../../lib/t";
import { Page, Section } from "./kit";
import css from "./kit.module.css";
import { type SetupField, SetupList } from "./setup-list";

const name: SetupField = { name: "name", label: t("setup.name"), type: "text" };
const CATEGORIES = ["todo", "doing", "done", "cancelled"] as const;
const category: SetupField = {
  name: "category", label: t("setup.category"), type: "choice", choices: CATEGORIES.map((each) => ({ value: each, label: t(`category.${each}`) })),
};

/** The sizes of work, and the phases of each workstream. */
export function LevelsPage() {
  const { config } = useHere();
  return (
    <Page title="levels.title" lead="levels.lead">
      <Section title={t("levels.levels")} lead={t("levels.levelsLead")}>
        <SetupList kind="level" label={t("levels.level")} records={config.levels} fields={[name]} order={{ name: "rank", down: true }} />
      </Section>
      <Section title={t("levels.tracks")} lead={t("levels.tracksLead")}>
        <SetupList
          kind="track"
          label={t("levels.track")}
          records={config.tracks}
          fields={[name]}
          order={{ name: "position" }}
          renderDetail={(track) => (track.primary ? t("levels.primary") : "")}
          renderBelow={(track) => (
            <div style={{ paddingLeft: 20, paddingBottom: 12 }}>
              <SetupList
                kind="phase"
                label={t("levels.phase")}
                records={config.phases.filter((phase) => phase.track_id === track.id)}
                fields={[name, category]}
                given={{ track_id: track.id }}
                order={{ name: "position" }}
                renderDetail={(phase) => t(`category.${phase.category}` as Message)}
              />
            </div>
          )}
        />
      </Section>
    </Page>
  );
}

/** Categories of work with their values, colours and the share that each should have. */
export function CategoriesPage() {
  const { config } = useHere();
  return (
    <Page title="categories.title" lead="categories.lead">
      <SetupList
        kind="dimension"
        label={t("categories.category")}
        records={config.dimensions}
        fields={[name, { name: "multiple", label: t("categories.multiple"), type: "check" }]}
        order={{ name: "position" }}
        renderDetail={(dimension) => (dimension.multiple ? t("categories.multiple") : "")}
        renderBelow={(dimension) => <Values dimension={dimension} />}
      />
    </Page>
  );
}

function Values({ dimension }: { dimension: Config["dimensions"][number] }) {
  const fields: SetupField[] = [
    name, { name: "color", label: t("categories.color"), type: "color" }, { name: "target_share", label: t("categories.target"), type: "percent" },
  ];
  const total = dimension.values.reduce((sum, value) => sum + Number(value.target_share ?? 0), 0);
  return (
    <div style={{ paddingLeft: 20, paddingBottom: 12 }}>
      <SetupList
        kind="dimension_value"
        label={t("categories.value")}
        records={dimension.values}
        fields={fields}
        given={{ dimension_id: dimension.id }}
        order={{ name: "position" }}
        renderDetail={(value) => (
          <>
            <span className={css.swatch} style={{ background: valueColor(value.color, value.position) }} />
            {value.target_share === null ? t("categories.noTarget") : t("categories.share", { share: Math.round(Number(value.target_share) * 100) })}
          </>
        )}
      />
      {total > 1.0001 && <p className={css.bad}>{t("categories.over", { total: Math.round(total * 100) })}</p>}
    </div>
  );
}

const TYPES = ["text", "number", "date", "bool", "url", "person", "people", "team", "teams", "items"] as const;

/** The fields that a workspace adds to its items. */
export function FieldsPage() {
  const { config } = useHere();
  const fields: SetupField[] = [
    name,
    { name: "type", label: t("fields.type"), type: "choice", fixed: true, choices: TYPES.map((each) => ({ value: each, label: t(`fields.${each}` as Message) })) },
    { name: "unit", label: t("fields.unit"), type: "text" },
    { name: "indexed", label: t("fields.indexed"), type: "check" },
  ];
  const own = config.custom_fields.filter((field) => field.entity === "item");
  return (
    <Page title="fields.title" lead="fields.lead">
      <SetupList
        kind="custom_field"
        label={t("fields.field")}
        records={own}
        fields={fields}
        order={{ name: "position" }}
        renderDetail={(field) => [t(`fields.${field.type}` as Message), field.unit, field.options.map((option) => option.name).join(", ")].filter(Boolean).join(" · ")}
      />
    </Page>
  );
}
