import { useMantineColorScheme } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";
import { useState } from "react";
import { isPast, useHere } from "../api/workspace";
import { useSignOut } from "../features/accounts/queries";
import { Bell } from "../features/notices/bell";
import { formatDay } from "../lib/dates";
import { initials } from "../lib/format";
import { type Message, t } from "../lib/t";
import { Button } from "../ui/button";
import { Floating } from "../ui/floating";
import { Icon, type IconName } from "../ui/icons";
import list from "../ui/list.module.css";
import css from "./top-bar.module.css";

interface Props {
  railOpen: boolean;
  onRail: () => void;
  onPalette: () => void;
  onToday: () => void;
}

const PLACES: Record<string, Message> = {
  inbox: "nav.inbox", delivery: "nav.delivery", history: "nav.history", imports: "nav.imports", settings: "nav.settings",
};

/** Where one is, from which day one looks, and the way to everything else. */
export function TopBar({ railOpen, onRail, onPalette, onToday }: Props) {
  const { config, lens } = useHere();
  const { pathname } = useLocation();
  const page = pathname.split("/")[3] ?? "roadmap";
  const label: Message = PLACES[page] ?? "nav.roadmap";
  const past = isPast(lens);
  return (
    <header className={css.bar}>
      <p className={css.crumbs}>
        <span className={css.workspace}>{config.workspace.name}</span>
        <span className={css.slash} aria-hidden="true">
          /
        </span>
        <span className={css.here}>{t(label)}</span>
      </p>
      <button type="button" className={css.viewing} data-past={past || undefined} aria-expanded={railOpen} onClick={onRail}>
        <Icon name="clock" size={14} />
        <span className={css.day} title={viewing(lens)}>
          {viewing(lens)}
        </span>
        <Icon name="chevronDown" size={14} />
      </button>
      {past && (
        <Button tone="quiet" className={css.today ?? ""} aria-label={t("rail.backToToday")} onClick={onToday}>
          <span className={css.backWhole}>{t("rail.backToToday")}</span>
          <span className={css.backShort}>{t("rail.back")}</span>
        </Button>
      )}
      <span className={css.spacer} />
      <button type="button" className={css.search} onClick={onPalette}>
        <Icon name="search" size={14} />
        <span className={css.hint}>{t("palette.hint")}</span>
        <kbd className={css.key}>{navigator.platform.startsWith("Mac") ? "⌘K" : "Ctrl K"}</kbd>
      </button>
      <Bell />
      <UserMenu />
    </header>
  );
}

function viewing(lens: { as_of?: string; known_on?: string }): string {
  if (lens.as_of && lens.known_on) {
    return t("viewing.both", { day: formatDay(lens.as_of), known: formatDay(lens.known_on) });
  }
  if (lens.as_of) return t("viewing.asOf", { day: formatDay(lens.as_of) });
  if (lens.known_on) return t("viewing.knownOn", { day: formatDay(lens.known_on) });
  return t("viewing.today");
}

const SCHEMES: { value: "light" | "dark" | "auto"; icon: IconName; label: Message }[] = [
  { value: "light", icon: "sun", label: "theme.light" },
  { value: "dark", icon: "moon", label: "theme.dark" },
  { value: "auto", icon: "screen", label: "theme.auto" },
];

function UserMenu() {
  const { me } = useHere();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  const [open, setOpen] = useState(false);
  const name = me.user.name || me.user.email;
  return (
    <Floating
      opened={open}
      onClose={() => setOpen(false)}
      label={t("user.menu", { name })}
      position="bottom-end"
      target={
        <button type="button" className={css.user} title={name} aria-expanded={open} onClick={() => setOpen(!open)}>
          <span aria-hidden="true">{initials(name)}</span>
          <span className="visually-hidden">{t("user.menu", { name })}</span>
        </button>
      }
    >
      <div className={list.list}>
        <p className={css.who}>
          <span className={css.name}>{name}</span>
          <span className={css.email}>{me.user.email}</span>
        </p>
        <p className={list.label}>{t("theme.label")}</p>
        {SCHEMES.map(({ value, icon, label }) => (
          <button
            key={value}
            type="button"
            className={list.entry}
            aria-pressed={colorScheme === value}
            onClick={() => setColorScheme(value)}
          >
            <Icon name={icon} size={14} />
            <span className={list.word}>{t(label)}</span>
            {colorScheme === value && <Icon name="check" size={14} />}
          </button>
        ))}
        <hr className={list.rule} />
        <button
          type="button"
          className={list.entry}
          onClick={() => signOut.mutate(undefined, { onSettled: () => window.location.assign("/sign-in") })}
        >
          <Icon name="signOut" size={14} />
          <span className={list.word}>{t("user.signOut")}</span>
        </button>
      </div>
    </Floating>
  );
}
