import { addDays, type Day, formatDay, todayIn } from "../../lib/dates";
import { t } from "../../lib/t";
import type { Notice } from "./queries";

export interface NoticeDay {
  day: Day;
  label: string;
  notices: Notice[];
}

/** Lines by the day of their last happening in the workspace's time zone, in the order given. */
export function byDay(notices: Notice[], timezone: string, now: Date = new Date()): NoticeDay[] {
  const today = todayIn(timezone, now);
  const days: NoticeDay[] = [];
  for (const notice of notices) {
    const day = todayIn(timezone, new Date(notice.last_at));
    const last = days.at(-1);
    if (last?.day === day) last.notices.push(notice);
    else days.push({ day, label: labelOf(day, today), notices: [notice] });
  }
  return days;
}

function labelOf(day: Day, today: Day): string {
  if (day === today) return t("inbox.today");
  return day === addDays(today, -1) ? t("inbox.yesterday") : formatDay(day);
}
