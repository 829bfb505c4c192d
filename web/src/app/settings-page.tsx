import { Link, useParams } from "@tanstack/react-router";
import { useHere } from "../api/workspace";
import { t } from "../lib/t";
import { NotFound } from "./home";
import page from "./plain-page.module.css";
import css from "./settings-page.module.css";
import { SETTINGS_PLACES } from "./settings-places";

/** The settings of a workspace: the list of their pages beside the one that is open. */
export function SettingsPage() {
  const { place = SETTINGS_PLACES[0]?.place } = useParams({ strict: false });
  const { slug, me } = useHere();
  const role = me.workspaces.find((each) => each.slug === slug)?.role ?? "viewer";
  const found = SETTINGS_PLACES.find((each) => each.place === place);
  return (
    <div className={`${page.page} ${css.split}`}>
      <nav className={css.places} aria-label={t("settings.label")}>
        <ul>
          {SETTINGS_PLACES.filter((each) => !each.admin || role === "admin").map((each) => (
            <li key={each.place}>
              <Link
                to="/w/$workspace/settings/$place"
                params={{ workspace: slug, place: each.place }}
                className={css.place ?? ""}
                aria-current={each.place === place ? "page" : undefined}
              >
                {t(each.label)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className={`${page.body} ${css.body}`}>{found ? <found.Screen key={slug} /> : <NotFound />}</div>
    </div>
  );
}
