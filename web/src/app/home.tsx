import { useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { ApiError, csrfToken } from "../api/client";
import { meQuery } from "../api/workspace";
import { usePreferences } from "../lib/preferences";
import { t } from "../lib/t";
import { EmptyState, ErrorState } from "../ui/states";

/** Takes people to the workspace they were last in. */
export function HomeRedirect() {
  const { lastWorkspace } = usePreferences();
  // A browser in which nobody was signed in before has nothing to ask about.
  const stranger = lastWorkspace === "" && csrfToken() === "";
  const me = useQuery({ ...meQuery, enabled: !stranger });
  if (stranger) return <Navigate to="/sign-in" />;
  if (me.error instanceof ApiError && (me.error.status === 401 || me.error.status === 403)) return <Navigate to="/sign-in" />;
  if (me.isError) return <ErrorState error={me.error} onRetry={() => void me.refetch()} />;
  if (!me.data) return null;
  const known = me.data.workspaces.find((each) => each.slug === lastWorkspace);
  const slug = known?.slug ?? me.data.workspace?.slug ?? me.data.workspaces[0]?.slug;
  if (!slug) return <EmptyState title={t("home.noWorkspaceTitle")} text={t("home.noWorkspaceText")} />;
  return <Navigate to="/w/$workspace/roadmap" params={{ workspace: slug }} replace />;
}

export function NotFound() {
  return <EmptyState title={t("notFound.title")} text={t("notFound.text")} action={<a href="/">{t("notFound.home")}</a>} />;
}
