import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouterHistory,
} from "@tanstack/react-router";
import { readQueryString, readView, writeQueryString } from "../lib/view";
import { HomeRedirect, NotFound } from "./home";
import { SignInPage } from "./sign-in-page";
import { WorkspaceLayout } from "./workspace-layout";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const home = createRoute({ getParentRoute: () => root, path: "/", component: HomeRedirect });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === "string" && /^\/(?!\/)/.test(search.next) ? { next: search.next } : {},
  component: SignInPage,
});

export const workspaceRoute = createRoute({
  getParentRoute: () => root,
  path: "/w/$workspace",
  validateSearch: readView,
  component: WorkspaceLayout,
});

const roadmap = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/roadmap",
  component: lazyRouteComponent(() => import("./roadmap-page"), "RoadmapPage"),
});

const history = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/history",
  component: lazyRouteComponent(() => import("./history-page"), "HistoryPage"),
});

const inbox = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/inbox",
  component: lazyRouteComponent(() => import("./inbox-page"), "InboxPage"),
});

const settings = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("./settings-page"), "SettingsPage"),
});

const imports = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/imports",
  component: lazyRouteComponent(() => import("./imports-page"), "ImportsPage"),
});

const importSteps = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/imports/$id/$step",
  component: lazyRouteComponent(() => import("./imports-page"), "ImportPage"),
});

const delivery = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/delivery",
  component: lazyRouteComponent(() => import("./delivery-page"), "DeliveryPage"),
});

const settingsPlace = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/settings/$place",
  component: lazyRouteComponent(() => import("./settings-page"), "SettingsPage"),
});

const join = createRoute({
  getParentRoute: () => root,
  path: "/join",
  component: lazyRouteComponent(() => import("./join-page"), "JoinPage"),
});

const routeTree = root.addChildren([home, signIn, join, workspaceRoute.addChildren([roadmap, inbox, delivery, history, settings, settingsPlace, imports, importSteps])]);

export const makeRouter = (memory?: RouterHistory) =>
  createRouter({
    routeTree,
    parseSearch: readQueryString,
    stringifySearch: writeQueryString,
    defaultPreload: "intent",
    ...(memory ? { history: memory } : {}),
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
