import type { ReactNode } from "react";
import { Baselines } from "../features/delivery/baselines";
import { Increments } from "../features/delivery/increments";
import { Launches } from "../features/delivery/launches";
import { Releases } from "../features/delivery/releases";
import { type Message, t } from "../lib/t";
import css from "./plain-page.module.css";

/** When work ships and goes to market, and what it is compared with. */
export function DeliveryPage() {
  return (
    <div className={css.page}>
      <div className={css.body}>
        <h1 className={css.title}>{t("delivery.title")}</h1>
        <Part title="delivery.launches" lead="launch.lead">
          <Launches />
        </Part>
        <Part title="delivery.releases" lead="release.lead">
          <Releases />
        </Part>
        <Part title="delivery.increments" lead="increment.lead">
          <Increments />
        </Part>
        <Part title="delivery.baselines" lead="baseline.lead">
          <Baselines />
        </Part>
      </div>
    </div>
  );
}

function Part({ title, lead, children }: { title: Message; lead: Message; children: ReactNode }) {
  return (
    <section className={css.section}>
      <h2>{t(title)}</h2>
      <p className={css.lead}>{t(lead)}</p>
      {children}
    </section>
  );
}
