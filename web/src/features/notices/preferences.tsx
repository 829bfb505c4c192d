import { useQuery } from "@tanstack/react-query";
import { useHere } from "../../api/workspace";
import { type Message, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import css from "./preferences.module.css";
import { type Settings, type SettingsChange, settingsQuery, useChangeSettings } from "./queries";

const CHANNELS = ["inbox", "mail", "chat"] as const;
type ChannelWord = (typeof CHANNELS)[number];
const MODES: Record<ChannelWord, string[]> = { inbox: ["now", "off"], mail: ["now", "digest", "off"], chat: ["now", "digest", "off"] };
const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;
const NIGHT = { quiet_from: 20 * 60, quiet_until: 7 * 60 };

const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const minuteOf = (text: string): number | null => {
  const [hour, minute] = text.split(":").map(Number);
  return hour === undefined || minute === undefined || Number.isNaN(hour + minute) ? null : hour * 60 + minute;
};
const word = (channel: ChannelWord, mode: string): Message =>
  channel === "inbox" && mode === "now" ? "notice.on" : (`notice.mode.${mode}` as Message);

/** How the signed-in person wants to be told: of what through which channel, when, when not, and who stands in. */
export function Preferences() {
  const { slug } = useHere();
  const settings = useQuery(settingsQuery(slug));
  const slow = useSlow(settings.isPending);
  const change = useChangeSettings();
  if (settings.isError) return <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />;
  if (!settings.data) return slow ? <SkeletonLines count={8} height={40} /> : null;
  const parts = { settings: settings.data, set: (body: SettingsChange) => change.mutate(body) };
  return (
    <div className={css.parts}>
      <Grid {...parts} />
      <DigestPart {...parts} />
      <QuietPart {...parts} />
      <AwayPart {...parts} />
    </div>
  );
}

interface Part {
  settings: Settings;
  set: (body: SettingsChange) => void;
}

function Grid({ settings, set }: Part) {
  const reach: Record<ChannelWord, boolean> = { inbox: true, mail: settings.mail, chat: settings.chat };
  return (
    <section>
      <h2>{t("notice.grid")}</h2>
      {!settings.mail && <p className={css.hint}>{t("notice.noMail")}</p>}
      {!settings.chat && <p className={css.hint}>{t("notice.noChat")}</p>}
      <table className={css.grid}>
        <thead>
          <tr>
            <th scope="col">{t("notice.kind")}</th>
            {CHANNELS.map((channel) => (
              <th key={channel} scope="col">
                {t(`notice.channel.${channel}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {settings.kinds.map((kind) => (
            <tr key={kind.key}>
              <th scope="row">{kind.label}</th>
              {CHANNELS.map((channel) => (
                <td key={channel} data-channel={t(`notice.channel.${channel}`)}>
                  <select
                    aria-label={t("notice.modeOf", { kind: kind.label, channel: t(`notice.channel.${channel}`) })}
                    disabled={!reach[channel]}
                    value={kind.modes[channel]}
                    onChange={(event) =>
                      set({ choices: { [kind.key]: { [channel]: event.currentTarget.value as "off" | "now" | "digest" } } })
                    }
                  >
                    {MODES[channel].map((mode) => (
                      <option key={mode} value={mode}>
                        {t(word(channel, mode))}
                      </option>
                    ))}
                  </select>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function DigestPart({ settings, set }: Part) {
  const { config } = useHere();
  const zones = Intl.supportedValuesOf("timeZone");
  return (
    <section>
      <h2>{t("notice.digest")}</h2>
      <p className={css.hint}>{t("notice.digestLead")}</p>
      <div className={css.row}>
        <select
          aria-label={t("notice.digest")}
          value={settings.digest}
          onChange={(event) => set({ digest: event.currentTarget.value === "weekly" ? "weekly" : "daily" })}
        >
          <option value="daily">{t("notice.daily")}</option>
          <option value="weekly">{t("notice.weekly")}</option>
        </select>
        {settings.digest === "weekly" && (
          <label>
            <span>{t("notice.digestOn")}</span>
            <select
              value={settings.digest_weekday}
              onChange={(event) => set({ digest_weekday: Number(event.currentTarget.value) })}
            >
              {WEEKDAYS.map((day) => (
                <option key={day} value={day}>
                  {t(`notice.day${day}`)}
                </option>
              ))}
            </select>
          </label>
        )}
        <Time label={t("notice.digestAt")} minute={settings.digest_minute} onSet={(digest_minute) => set({ digest_minute })} />
        <label>
          <span>{t("notice.timezone")}</span>
          <select value={settings.timezone} onChange={(event) => set({ timezone: event.currentTarget.value })}>
            <option value="">{t("notice.timezoneDefault", { zone: config.workspace.timezone })}</option>
            {zones.map((zone) => (
              <option key={zone} value={zone}>
                {zone.replaceAll("_", " ")}
              </option>
            ))}
          </select>
        </label>
      </div>
    </section>
  );
}

function QuietPart({ settings, set }: Part) {
  const { quiet_from, quiet_until } = settings;
  return (
    <section>
      <h2>{t("notice.quiet")}</h2>
      <p className={css.hint}>{t("notice.quietLead")}</p>
      <div className={css.row}>
        {quiet_from === null || quiet_until === null ? (
          <Button onClick={() => set(NIGHT)}>{t("notice.quietSet")}</Button>
        ) : (
          <>
            <Time label={t("notice.quietFrom")} minute={quiet_from} onSet={(minute) => set({ quiet_from: minute })} />
            <Time label={t("notice.quietUntil")} minute={quiet_until} onSet={(minute) => set({ quiet_until: minute })} />
            <Button tone="quiet" onClick={() => set({ quiet_from: null, quiet_until: null })}>
              {t("notice.quietNone")}
            </Button>
          </>
        )}
        <label className={css.check}>
          <input
            type="checkbox"
            checked={settings.quiet_weekends}
            onChange={(event) => set({ quiet_weekends: event.currentTarget.checked })}
          />
          <span>{t("notice.quietWeekends")}</span>
        </label>
      </div>
    </section>
  );
}

function AwayPart({ settings, set }: Part) {
  const { config, me } = useHere();
  const others = config.people.filter((person) => person.active && person.id !== me.person_id);
  const dates = (from: string | null, until: string | null) =>
    set({ away_from: from, away_until: from && until && until < from ? from : until });
  return (
    <section>
      <h2>{t("notice.away")}</h2>
      <p className={css.hint}>{t("notice.awayLead")}</p>
      <div className={css.row}>
        <label>
          <span>{t("notice.standIn")}</span>
          <select
            value={settings.stand_in_id ?? ""}
            onChange={(event) => set({ stand_in_id: event.currentTarget.value || null })}
          >
            <option value="">{t("notice.noStandIn")}</option>
            {others.map((person) => (
              <option key={person.id} value={person.id}>
                {person.name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t("notice.awayFrom")}</span>
          <input
            type="date"
            value={settings.away_from ?? ""}
            onChange={(event) => {
              const from = event.currentTarget.value;
              if (from) dates(from, settings.away_until ?? from);
            }}
          />
        </label>
        <label>
          <span>{t("notice.awayUntil")}</span>
          <input
            type="date"
            value={settings.away_until ?? ""}
            onChange={(event) => {
              const until = event.currentTarget.value;
              if (until) dates(settings.away_from ?? until, until);
            }}
          />
        </label>
        {settings.away_from !== null && (
          <Button tone="quiet" onClick={() => set({ away_from: null, away_until: null, stand_in_id: null })}>
            {t("notice.clearAway")}
          </Button>
        )}
      </div>
    </section>
  );
}

function Time({ label, minute, onSet }: { label: string; minute: number; onSet: (minute: number) => void }) {
  return (
    <label>
      <span>{label}</span>
      <input
        type="time"
        defaultValue={clock(minute)}
        onBlur={(event) => {
          const chosen = minuteOf(event.currentTarget.value);
          if (chosen !== null && chosen !== minute) onSet(chosen);
        }}
      />
    </label>
  );
}
