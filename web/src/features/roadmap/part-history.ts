import type { HistoryLine } from "../../api/types";
import { formatFull } from "../../lib/format";
import { type Message, plural, t } from "../../lib/t";
import { MISSING, formatPoint } from "../../lib/timeframe";
import type { Told } from "../../lib/told";

const DID: Record<string, Message> = { I: "part.added", U: "part.changed", D: "part.removed", P: "part.purged" };

/** What a line says that is about a part of an item: its description, a value, an estimate, a tie. Null: about the item itself. */
export function tellPart(line: HistoryLine, itemId: string): Told[] | null {
  const tell = PARTS[line.entity] ?? TALK[line.entity];
  if (!tell) return null;
  return line.op === "P" ? [{ what: subjectOf(line, itemId), did: t("part.purged") }] : tell(line, itemId);
}

const did = (line: HistoryLine) => t(DID[line.op] ?? "part.changed");
const about = (line: HistoryLine, field: string) => line.about[field]?.label ?? MISSING;

function subjectOf(line: HistoryLine, itemId: string): string {
  if (line.entity === "comment") return t("part.comment");
  if (line.entity === "item_text") return t("part.description");
  if (line.entity === "item_value") return `${about(line, "dimension_id")}: ${about(line, "value_id")}`;
  if (line.entity === "item_phase") return about(line, "track_id");
  if (line.entity === "estimate") return line.about.team_id?.value ? t("part.estimateOf", { team: about(line, "team_id") }) : t("part.estimate");
  if (line.entity === "custom_link") return `${about(line, "field_id")}: ${targetOf(line)}`;
  if (line.entity === "item_increment") return t("part.increment", { name: about(line, "increment_id") });
  if (line.entity === "launch_item") return t("part.launch", { name: about(line, "launch_id") });
  return tieOf(line, itemId);
}

const targetOf = (line: HistoryLine) =>
  line.about.person_id?.label ?? line.about.team_id?.label ?? line.about.item_id?.label ?? MISSING;

const RELATIONS: Record<string, [Message, Message]> = {
  relates_to: ["part.relatesTo", "part.relatesTo"],
  replaces: ["part.replaces", "part.replacedBy"],
  duplicates: ["part.duplicates", "part.duplicatedBy"],
};

function tieOf(line: HistoryLine, itemId: string): string {
  const outgoing = line.about.from_item_id?.value === itemId;
  const item = about(line, outgoing ? "to_item_id" : "from_item_id");
  if (line.entity === "dependency") return t(outgoing ? "part.blocks" : "part.waitsFor", { item });
  const words = RELATIONS[String(line.about.type?.value)] ?? ["part.relatesTo", "part.relatesTo"];
  return t(words[outgoing ? 0 : 1], { item });
}

type Tell = (line: HistoryLine, itemId: string) => Told[];

const plainly: Tell = (line, itemId) => [{ what: subjectOf(line, itemId), did: did(line) }];

const PARTS: Partial<Record<HistoryLine["entity"], Tell>> = {
  item_text: plainly,
  relation: plainly,
  item_increment: plainly,
  launch_item: plainly,
  item_value(line, itemId) {
    const value = line.fields.value_id;
    if (line.op !== "U" || !value) return plainly(line, itemId);
    return [{ what: about(line, "dimension_id"), was: value.old_label ?? MISSING, is: value.new_label ?? MISSING }];
  },
  custom_link(line, itemId) {
    return line.op === "U" ? [{ what: about(line, "field_id"), did: t("part.reordered") }] : plainly(line, itemId);
  },
  item_phase(line, itemId) {
    const phase = line.fields.phase_id;
    const what = subjectOf(line, itemId);
    if (line.op === "D") return [{ what: `${what}: ${phase?.old_label ?? MISSING}`, did: did(line) }];
    return [{ what, is: phase?.new_label ?? MISSING, ...(line.op === "U" ? { was: phase?.old_label ?? MISSING } : {}) }];
  },
  estimate(line, itemId) {
    const what = subjectOf(line, itemId);
    if (line.op === "D") return [{ what, did: did(line) }];
    return (["likely", "low", "high"] as const).flatMap((field): Told[] => {
      const change = line.fields[field];
      if (!change) return [];
      const named = field === "likely" ? what : t("part.bound", { what, bound: t(`estimate.${field}`).toLowerCase() });
      return [{ what: named, is: days(change.new), ...(line.op === "U" ? { was: number(change.old) } : {}) }];
    });
  },
  dependency(line, itemId) {
    const what = subjectOf(line, itemId);
    if (line.op !== "U") return [{ what, did: did(line) }];
    return Object.entries(line.fields).flatMap(([field, change]): Told[] => {
      const words = TIE_FIELDS[field];
      if (!words) return [];
      const exact = line.fields[field.replace("_by", "_precision")];
      return [{ what: `${what}, ${t(words)}`, was: tieValue(field, change.old, exact?.old), is: tieValue(field, change.new, exact?.new) }];
    });
  },
};

const TALK: typeof PARTS = {
  comment(line, itemId) {
    const what = t(line.about.thread_id?.value ? "part.reply" : "part.comment");
    const { body, deleted_at, resolved_at } = line.fields;
    if (deleted_at?.new) return [{ what, did: t("part.commentDeleted") }];
    if (resolved_at) return [{ what, did: t(resolved_at.new ? "part.commentResolved" : "part.commentReopened") }];
    if (line.op === "D") return [{ what, did: t("part.commentDeleted") }];
    if (!body) return plainly(line, itemId);
    return [{ what, is: brief(body.new), ...(line.op === "U" ? { was: brief(body.old) } : {}) }];
  },
  attachment(line) {
    if (line.about.draft?.value) return [];
    return [{ what: t("part.file", { name: String(line.about.name?.value ?? MISSING) }), did: did(line) }];
  },
};

const TIE_FIELDS: Record<string, Message> = {
  type: "part.type", lag_days: "part.lag", needed_by: "part.neededBy", promised_by: "part.promisedBy", state: "part.state",
  proposed_by: "part.proposedBy", reason: "part.reason",
};
const STATES = ["asked", "proposed", "agreed", "declined", "at_risk", "broken", "met"] as const;

function tieValue(field: string, value: unknown, precision: unknown): string {
  if (value === null || value === undefined) return MISSING;
  if (field === "state") return t(`state.${STATES.find((each) => each === value) ?? "asked"}`);
  if (field.endsWith("_by")) return formatPoint(String(value), typeof precision === "string" ? precision : "day");
  return field === "lag_days" ? days(value) : String(value);
}

function brief(text: unknown): string {
  const words = String(text ?? "").replaceAll(/\s+/g, " ");
  return words.length > 160 ? `${words.slice(0, 160)}…` : words || MISSING;
}

const number = (value: unknown) => (value === null || value === undefined ? MISSING : formatFull(Number(value)));

function days(value: unknown): string {
  return value === null || value === undefined ? MISSING : plural("part.dayOne", "part.dayMany", Number(value));
}
