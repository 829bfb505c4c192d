import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useHere } from "../../api/workspace";
import { formatInstant } from "../../lib/dates";
import { type Message, t } from "../../lib/t";
import { ErrorState } from "../../ui/states";
import css from "./inbox.module.css";
import { whyQuery } from "./queries";

const CHANNELS = ["inbox", "mail", "chat"] as const;
const modeOf = (channel: string, mode: string): Message =>
  channel === "inbox" && mode === "now" ? "notice.on" : (`notice.mode.${mode}` as Message);

/** Why one got a notice, what one has chosen for its kind, how it went out, and where to change that. */
export function WhyDetails({ id }: { id: string }) {
  const { slug } = useHere();
  const why = useQuery(whyQuery(slug, id));
  if (why.isError) return <ErrorState error={why.error} onRetry={() => void why.refetch()} />;
  if (!why.data) return null;
  return (
    <div className={css.why}>
      <ul>
        {why.data.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <p>
        {why.data.label}:{" "}
        {CHANNELS.map((channel) => `${t(`notice.channel.${channel}`)} – ${t(modeOf(channel, why.data.modes[channel] ?? "off")).toLowerCase()}`).join(", ")}.{" "}
        <Link to="/w/$workspace/settings/$place" params={{ workspace: slug, place: "notices" }}>
          {t("inbox.preferences")}
        </Link>
      </p>
      {why.data.sent.map((sent) => (
        <p key={`${sent.via} ${sent.at}`} className={css.sent}>
          {sent.via}: {sent.state}, {formatInstant(sent.at)}
        </p>
      ))}
    </div>
  );
}
