import { useSyncExternalStore } from "react";

/** What one person keeps on one device. What a link should carry is in the URL instead. */
export interface Preferences {
  density: "compact" | "normal" | "comfortable";
  navCollapsed: boolean;
  panelWidth: number;
  lastWorkspace: string;
}

const DEFAULTS: Preferences = { density: "normal", navCollapsed: false, panelWidth: 480, lastWorkspace: "" };
const STORE = "trimtab.preferences";
export const ROW_HEIGHT = { compact: 28, normal: 32, comfortable: 40 } as const;

let current = read();
const listeners = new Set<() => void>();

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(STORE) ?? "{}") as Partial<Preferences>) };
  } catch {
    return DEFAULTS; // storage is off or was written by something else
  }
}

export function setPreferences(changes: Partial<Preferences>) {
  current = { ...current, ...changes };
  try {
    localStorage.setItem(STORE, JSON.stringify(current));
  } catch {
    // storage is off: the choice lasts until the page is closed
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}
