import { useEffect, useRef } from "react";
import type { Message } from "./t";

export type KeyContext = "global" | "grid" | "rail" | "inbox";
export interface Binding {
  context: KeyContext;
  /** Pressed alone, or with "mod" (Ctrl or Cmd), or after another key ("g r"). */
  keys: string;
  command: string;
  label: Message;
}

/** Every key that Trimtab answers to. A test keeps each unique in its context and clear of the global ones. */
export const BINDINGS: readonly Binding[] = [
  { context: "global", keys: "/", command: "filter", label: "keys.filter" },
  { context: "global", keys: "?", command: "help", label: "keys.help" },
  { context: "global", keys: "mod+k", command: "palette", label: "keys.palette" },
  { context: "global", keys: "c", command: "create", label: "keys.create" },
  { context: "global", keys: "mod+z", command: "undo", label: "keys.undo" },
  { context: "global", keys: "[", command: "nav", label: "keys.nav" },
  { context: "global", keys: "t", command: "time", label: "keys.time" },
  { context: "global", keys: "g r", command: "go.roadmap", label: "keys.goRoadmap" },
  { context: "global", keys: "g i", command: "go.inbox", label: "keys.goInbox" },
  { context: "global", keys: "g d", command: "go.delivery", label: "keys.goDelivery" },
  { context: "global", keys: "g h", command: "go.history", label: "keys.goHistory" },
  { context: "global", keys: "g m", command: "go.imports", label: "keys.goImports" },
  { context: "global", keys: "g s", command: "go.settings", label: "keys.goSettings" },
  { context: "grid", keys: "ArrowDown", command: "down", label: "keys.down" },
  { context: "grid", keys: "j", command: "down", label: "keys.down" },
  { context: "grid", keys: "ArrowUp", command: "up", label: "keys.up" },
  { context: "grid", keys: "k", command: "up", label: "keys.up" },
  { context: "grid", keys: "ArrowRight", command: "right", label: "keys.right" },
  { context: "grid", keys: "ArrowLeft", command: "left", label: "keys.left" },
  { context: "grid", keys: "Home", command: "first", label: "keys.first" },
  { context: "grid", keys: "End", command: "last", label: "keys.last" },
  { context: "grid", keys: "PageDown", command: "pageDown", label: "keys.pageDown" },
  { context: "grid", keys: "PageUp", command: "pageUp", label: "keys.pageUp" },
  { context: "grid", keys: "Enter", command: "edit", label: "keys.edit" },
  { context: "grid", keys: "F2", command: "edit", label: "keys.edit" },
  { context: "grid", keys: "o", command: "open", label: "keys.open" },
  { context: "grid", keys: " ", command: "open", label: "keys.open" },
  { context: "grid", keys: "Escape", command: "close", label: "keys.close" },
  { context: "inbox", keys: "ArrowDown", command: "down", label: "keys.down" },
  { context: "inbox", keys: "j", command: "down", label: "keys.down" },
  { context: "inbox", keys: "ArrowUp", command: "up", label: "keys.up" },
  { context: "inbox", keys: "k", command: "up", label: "keys.up" },
  { context: "inbox", keys: "Enter", command: "open", label: "keys.noticeOpen" },
  { context: "inbox", keys: "e", command: "done", label: "keys.noticeDone" },
  { context: "inbox", keys: "u", command: "unread", label: "keys.noticeUnread" },
  { context: "inbox", keys: "w", command: "why", label: "keys.noticeWhy" },
  { context: "rail", keys: "ArrowLeft", command: "dayBack", label: "keys.dayBack" },
  { context: "rail", keys: "ArrowRight", command: "dayOn", label: "keys.dayOn" },
  { context: "rail", keys: "PageDown", command: "monthBack", label: "keys.monthBack" },
  { context: "rail", keys: "PageUp", command: "monthOn", label: "keys.monthOn" },
  { context: "rail", keys: "Home", command: "firstDay", label: "keys.firstDay" },
  { context: "rail", keys: "End", command: "today", label: "keys.today" },
];

const TYPING = "input, textarea, select, [contenteditable], [role=combobox], [role=dialog] *";

/** The `keys` form of a press. Shift is part of the character ("?"), not a modifier here. */
export function pressed(event: KeyboardEvent | React.KeyboardEvent): string {
  const mod = event.metaKey || event.ctrlKey ? "mod+" : "";
  return mod + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
}

/** The command bound to a press in one context, if any. */
export function commandFor(context: KeyContext, press: string): string | undefined {
  return BINDINGS.find((binding) => binding.context === context && binding.keys === press)?.command;
}

/** Runs global commands; keys typed into a field are left alone, unless they carry Ctrl or Cmd. */
export function useGlobalKeys(handlers: Record<string, () => void>) {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    let prefix = "";
    let timer = 0;
    function handleKey(event: KeyboardEvent) {
      if (event.defaultPrevented || event.altKey) return;
      const press = pressed(event);
      const typing = event.target instanceof Element && event.target.closest(TYPING) !== null;
      if (typing && (!press.startsWith("mod+") || press === "mod+z")) return;
      const command = commandFor("global", prefix ? `${prefix} ${press}` : press);
      window.clearTimeout(timer);
      prefix = "";
      const handler = command ? latest.current[command] : undefined;
      if (handler) {
        event.preventDefault();
        handler();
      } else if (press === "g") {
        prefix = "g";
        timer = window.setTimeout(() => (prefix = ""), 1200);
      }
    }
    window.addEventListener("keydown", handleKey);
    return () => window.removeEventListener("keydown", handleKey);
  }, []);
}
