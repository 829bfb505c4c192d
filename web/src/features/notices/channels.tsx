import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "../../api/client";
import { useHere } from "../../api/workspace";
import { formatAgo } from "../../lib/dates";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { EmptyState, ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import css from "./channels.module.css";
import { type Channel, channelsQuery, type NewChannel, settingsQuery, troublesQuery, useChannelWrite } from "./queries";

const SERVICES = { slack: "Slack", teams: "Microsoft Teams" } as const;
const EMPTY: NewChannel = { name: "", via: "slack", url: "", person_id: null, kinds: [] };

/** The webhooks of Slack and Teams, for admins: add, try out, switch off, and what did not get through. */
export function Channels() {
  const { slug } = useHere();
  const channels = useQuery(channelsQuery(slug));
  const slow = useSlow(channels.isPending);
  if (channels.isError) return <ErrorState error={channels.error} onRetry={() => void channels.refetch()} />;
  return (
    <>
      <AddChannel />
      {slow && <SkeletonLines count={3} height={52} />}
      {channels.data?.length === 0 && <EmptyState title={t("notify.emptyTitle")} text={t("notify.emptyText")} />}
      <ul className={css.list}>
        {channels.data?.map((channel) => (
          <ChannelLine key={channel.id} channel={channel} />
        ))}
      </ul>
      <Troubles channels={channels.data ?? []} />
    </>
  );
}

function AddChannel() {
  const { slug, config } = useHere();
  const { data: settings } = useQuery(settingsQuery(slug));
  const [made, setMade] = useState(EMPTY);
  const add = useChannelWrite((body: NewChannel) => data(api.POST("/api/v1/notice-channels", { body })));
  const set = (changes: Partial<NewChannel>) => setMade({ ...made, ...changes });
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate({ ...made, name: made.name.trim() }, { onSuccess: () => setMade(EMPTY) });
      }}
    >
      <label>
        <span>{t("notify.name")}</span>
        <input required maxLength={120} value={made.name} onChange={(event) => set({ name: event.currentTarget.value })} />
      </label>
      <label>
        <span>{t("notify.service")}</span>
        <select value={made.via} onChange={(event) => set({ via: event.currentTarget.value === "teams" ? "teams" : "slack" })}>
          <option value="slack">{SERVICES.slack}</option>
          <option value="teams">{SERVICES.teams}</option>
        </select>
      </label>
      <label>
        <span>{t("notify.forWhom")}</span>
        <select value={made.person_id ?? ""} onChange={(event) => set({ person_id: event.currentTarget.value || null })}>
          <option value="">{t("notify.group")}</option>
          {config.people
            .filter((person) => person.active)
            .map((person) => (
              <option key={person.id} value={person.id}>
                {person.name}
              </option>
            ))}
        </select>
      </label>
      <label className={css.wide}>
        <span>{t("notify.address")}</span>
        <input
          required
          type="url"
          maxLength={2000}
          placeholder="https://hooks.slack.com/services/…"
          value={made.url}
          onChange={(event) => set({ url: event.currentTarget.value })}
        />
      </label>
      {made.person_id === null && (
        <fieldset className={css.kinds}>
          <legend>{t("notify.kinds")}</legend>
          {settings?.kinds.map((kind) => (
            <label key={kind.key}>
              <input
                type="checkbox"
                checked={made.kinds?.includes(kind.key) ?? false}
                onChange={(event) =>
                  set({
                    kinds: event.currentTarget.checked
                      ? [...(made.kinds ?? []), kind.key]
                      : (made.kinds ?? []).filter((each) => each !== kind.key),
                  })
                }
              />
              <span>{kind.label}</span>
            </label>
          ))}
        </fieldset>
      )}
      <Button tone="primary" type="submit" disabled={add.isPending}>
        {t("notify.add")}
      </Button>
    </form>
  );
}

function ChannelLine({ channel }: { channel: Channel }) {
  const { config } = useHere();
  const path = { params: { path: { channel_id: channel.id } } };
  const change = useChannelWrite((active: boolean) =>
    data(api.PATCH("/api/v1/notice-channels/{channel_id}", { ...path, body: { version: channel.version, set: { active } as never } })),
  );
  const remove = useChannelWrite(() => data(api.DELETE("/api/v1/notice-channels/{channel_id}", path)));
  const test = useChannelWrite(() => data(api.POST("/api/v1/notice-channels/{channel_id}/test", path)), t("notify.tested"));
  const reader = config.people.find((person) => person.id === channel.person_id)?.name ?? t("notify.group");
  return (
    <li className={css.line}>
      <div className={css.words}>
        <p className={css.name}>{channel.name}</p>
        <p className={css.muted}>
          {SERVICES[channel.via]} · {reader} · {channel.host}
          {!channel.active && ` · ${t("notify.off")}`}
        </p>
      </div>
      <Button tone="quiet" onClick={() => test.mutate(undefined)}>
        {t("notify.test")}
      </Button>
      <Button tone="quiet" onClick={() => change.mutate(!channel.active)}>
        {t(channel.active ? "notify.switchOff" : "notify.switchOn")}
      </Button>
      <Button tone="quiet" onClick={() => remove.mutate(undefined)}>
        {t("notify.remove")}
      </Button>
    </li>
  );
}

function Troubles({ channels }: { channels: Channel[] }) {
  const { slug, config } = useHere();
  const { data: troubles = [] } = useQuery(troublesQuery(slug));
  const retry = useChannelWrite((id: string) =>
    data(api.POST("/api/v1/notice-deliveries/{delivery_id}/retry", { params: { path: { delivery_id: id } } })),
  );
  if (troubles.length === 0) return null;
  const nameOf = (trouble: (typeof troubles)[number]) =>
    channels.find((channel) => channel.id === trouble.channel_id)?.name ??
    t("notify.deadMail", { name: config.people.find((person) => person.id === trouble.person_id)?.name ?? "" });
  return (
    <section className={css.troubles}>
      <h2>{t("notify.troubles")}</h2>
      <p className={css.muted}>{t("notify.troublesLead")}</p>
      <ul className={css.list}>
        {troubles.map((trouble) => (
          <li key={trouble.id} className={css.line}>
            <div className={css.words}>
              <p className={css.name}>{nameOf(trouble)}</p>
              <p className={css.muted}>{trouble.error}</p>
            </div>
            <span className={css.muted}>
              {t(trouble.state === "dead" ? "notify.dead" : "notify.waits")} · {formatAgo(trouble.at)}
            </span>
            {trouble.state === "dead" && (
              <Button tone="quiet" onClick={() => retry.mutate(trouble.id)}>
                {t("notify.retry")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
