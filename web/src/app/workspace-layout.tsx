import { usePrefetchQuery, useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { ApiError, setWorkspace } from "../api/client";
import type { Config, Lens, Me } from "../api/types";
import { configQuery, type Here, HereProvider, isPast, meQuery, namedAsThen, pastConfigQuery } from "../api/workspace";
import { fieldsQuery } from "../features/core/queries";
import { useLive } from "../features/core/live";
import { TimeRail } from "../features/core/time-rail";
import { useGlobalKeys } from "../lib/keys";
import { setPreferences, usePreferences } from "../lib/preferences";
import { t } from "../lib/t";
import { ErrorState } from "../ui/states";
import { useToasts } from "../ui/toasts";
import { KeyHelp } from "./key-help";
import { Nav } from "./nav";
import { Palette } from "./palette";
import { TopBar } from "./top-bar";
import css from "./workspace-layout.module.css";

const READS_ONLY = new Set(["viewer"]);

/** Everything around a page of one workspace: who is asking, what time it is looked at, and the frame. */
export function WorkspaceLayout() {
  const { workspace } = useParams({ from: "/w/$workspace" });
  setWorkspace(workspace);
  const me = useQuery(meQuery);
  const config = useQuery(configQuery(workspace));
  usePrefetchQuery(fieldsQuery(workspace)); // asked for beside the rest: the rows cannot be asked for without it
  useEffect(() => setPreferences({ lastWorkspace: workspace }), [workspace]);

  const error = me.error ?? config.error;
  if (isStranger(me.error) || isStranger(config.error)) return <ToSignIn />;
  if (error) return <ErrorState error={error} onRetry={() => void (me.error ? me : config).refetch()} />;
  if (!me.data || !config.data) return <div className={css.frame} aria-busy="true" />;
  return <Frame slug={workspace} me={me.data} config={config.data} />;
}

const isStranger = (error: Error | null) =>
  error instanceof ApiError && (error.status === 401 || error.code === "unauthenticated");

/** The way to the door and back. Once: the address changes while it is being left. */
function ToSignIn() {
  const router = useRouter();
  useEffect(() => {
    const { href, pathname } = router.state.location;
    if (pathname !== "/sign-in") void router.navigate({ to: "/sign-in", search: { next: href }, replace: true });
  }, [router]);
  return null;
}

function Frame({ slug, me, config }: { slug: string; me: Me; config: Config }) {
  const search = useSearch({ from: "/w/$workspace" });
  const navigate = useNavigate();
  const { navCollapsed } = usePreferences();
  const { undoLast } = useToasts();
  const [rail, setRail] = useState(false);
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState(false);
  useLive(slug);

  const { as_of, known_on } = search;
  const role = me.workspaces.find((each) => each.slug === slug)?.role ?? me.role ?? "viewer";
  const lens = useMemo<Lens>(() => ({ ...(as_of ? { as_of } : {}), ...(known_on ? { known_on } : {}) }), [as_of, known_on]);
  const { data: then } = useQuery(pastConfigQuery(slug, lens));
  const here = useMemo<Here>(() => {
    const seen = then && isPast(lens) ? namedAsThen(config, then) : config;
    return { slug, me, config: seen, lens, canEdit: !READS_ONLY.has(role) && !isPast(lens) };
  }, [slug, me, config, then, lens, role]);
  const past = isPast(here.lens);

  const setLens = (wanted: Lens) =>
    void navigate({
      to: ".",
      replace: true,
      search: ({ as_of: _day, known_on: _known, ...rest }) => ({
        ...rest,
        ...(wanted.as_of ? { as_of: wanted.as_of } : {}),
        ...(wanted.known_on ? { known_on: wanted.known_on } : {}),
      }),
    });
  const go = (page: "roadmap" | "inbox" | "delivery" | "history" | "imports" | "settings") =>
    void navigate({ to: `/w/$workspace/${page}`, params: { workspace: slug }, search: as_of ? { as_of } : {} });
  useGlobalKeys({
    help: () => setHelp(true),
    palette: () => setPalette(true),
    undo: undoLast,
    nav: () => setPreferences({ navCollapsed: !navCollapsed }),
    time: () => setRail(!rail),
    "go.roadmap": () => go("roadmap"),
    "go.inbox": () => go("inbox"),
    "go.delivery": () => go("delivery"),
    "go.history": () => go("history"),
    "go.imports": () => go("imports"),
    "go.settings": () => go("settings"),
  });

  return (
    <HereProvider value={here}>
      <div className={css.frame} data-past={past || undefined} data-collapsed={navCollapsed || undefined}>
        <a href="#page" className={css.skip}>
          {t("shell.skip")}
        </a>
        <Nav onHelp={() => setHelp(true)} />
        <div className={css.main}>
          <TopBar railOpen={rail} onRail={() => setRail(!rail)} onPalette={() => setPalette(true)} onToday={() => setLens({})} />
          <TimeRail open={rail} onOpen={() => setRail(true)} onClose={() => setRail(false)} onLens={setLens} />
          <main id="page" className={css.page} tabIndex={-1}>
            <Outlet />
          </main>
        </div>
      </div>
      {help && <KeyHelp onClose={() => setHelp(false)} />}
      {palette && (
        <Palette
          onClose={() => setPalette(false)}
          onGo={go}
          onTime={() => setRail(true)}
          onItem={(item) => void navigate({ to: "/w/$workspace/roadmap", params: { workspace: slug }, search: (before) => ({ ...before, item }) })}
        />
      )}
    </HereProvider>
  );
}
