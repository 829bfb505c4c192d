import { Link, useSearch } from "@tanstack/react-router";
import { Tooltip } from "@mantine/core";
import { useState } from "react";
import { useHere } from "../api/workspace";
import { setPreferences, usePreferences } from "../lib/preferences";
import { type Message, t } from "../lib/t";
import { Floating } from "../ui/floating";
import { IconButton } from "../ui/icon-button";
import { Icon, type IconName } from "../ui/icons";
import list from "../ui/list.module.css";
import { Mark } from "../ui/wordmark";
import css from "./nav.module.css";

const PLACES: { page: "roadmap" | "delivery" | "history" | "imports" | "settings"; icon: IconName; label: Message; key: string }[] = [
  { page: "roadmap", icon: "roadmap", label: "nav.roadmap", key: "G R" },
  { page: "delivery", icon: "delivery", label: "nav.delivery", key: "G D" },
  { page: "history", icon: "history", label: "nav.history", key: "G H" },
  { page: "imports", icon: "import", label: "nav.imports", key: "G M" },
  { page: "settings", icon: "settings", label: "nav.settings", key: "G S" },
];

/** The places of a workspace. On a phone it lies at the bottom. */
export function Nav({ onHelp }: { onHelp: () => void }) {
  const { slug } = useHere();
  const { navCollapsed } = usePreferences();
  const { as_of } = useSearch({ from: "/w/$workspace" });
  return (
    <nav className={css.nav} data-collapsed={navCollapsed || undefined} aria-label={t("nav.label")}>
      <WorkspaceSwitcher collapsed={navCollapsed} />
      <ul className={css.places}>
        {PLACES.map(({ page, icon, label, key }) => (
          <li key={page}>
            <Tooltip label={`${t(label)} (${key})`} position="right" disabled={!navCollapsed}>
              <Link
                to={`/w/$workspace/${page}`}
                params={{ workspace: slug }}
                search={as_of ? { as_of } : {}}
                activeOptions={{ includeSearch: false }}
                className={css.place ?? ""}
                activeProps={{ "aria-current": "page" }}
              >
                <Icon name={icon} />
                <span className={css.word}>{t(label)}</span>
              </Link>
            </Tooltip>
          </li>
        ))}
      </ul>
      <div className={css.foot}>
        <IconButton icon="help" label={t("keys.help")} shortcut="?" onClick={onHelp} />
        <IconButton
          icon="collapse"
          label={t(navCollapsed ? "nav.expand" : "nav.collapse")}
          shortcut="["
          onClick={() => setPreferences({ navCollapsed: !navCollapsed })}
        />
      </div>
    </nav>
  );
}

function WorkspaceSwitcher({ collapsed }: { collapsed: boolean }) {
  const { slug, me, config } = useHere();
  const [open, setOpen] = useState(false);
  return (
    <Floating
      opened={open}
      onClose={() => setOpen(false)}
      label={t("nav.workspaces")}
      target={
        <button
          type="button"
          className={css.switcher}
          aria-label={t("nav.workspace", { name: config.workspace.name })}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Mark size={22} />
          {!collapsed && (
            <>
              <span className={css.name} title={config.workspace.name}>
                {config.workspace.name}
              </span>
              <Icon name="chevronDown" size={14} />
            </>
          )}
        </button>
      }
    >
      <div className={list.list}>
        <p className={list.label}>{t("nav.workspaces")}</p>
        {me.workspaces.map((each) => (
          <Link
            key={each.slug}
            to="/w/$workspace/roadmap"
            params={{ workspace: each.slug }}
            className={list.entry ?? ""}
            aria-current={each.slug === slug}
            onClick={() => setOpen(false)}
          >
            <span className={list.word} title={each.name}>
              {each.name}
            </span>
            {each.slug === slug && <Icon name="check" size={14} />}
          </Link>
        ))}
      </div>
    </Floating>
  );
}
