import type { ComponentType } from "react";
import { Tokens } from "../features/accounts/access";
import { Channels } from "../features/notices/channels";
import { Preferences } from "../features/notices/preferences";
import { Exports } from "../features/exports/exports-page";
import { CalendarPage } from "../features/settings/calendar";
import { DataPage } from "../features/settings/data-page";
import { GroupsPage } from "../features/settings/groups";
import { Page } from "../features/settings/kit";
import { MembersPage } from "../features/settings/members";
import { OrganisationPage } from "../features/settings/organisation";
import { PeoplePage } from "../features/settings/people";
import { CategoriesPage, FieldsPage, LevelsPage } from "../features/settings/setup-pages";
import type { Message } from "../lib/t";

export interface SettingsPlace {
  /** The last part of its address. */
  place: string;
  label: Message;
  /** Only admins are shown the way here. */
  admin?: boolean;
  Screen: ComponentType;
}

function TokensPage() {
  return (
    <Page title="token.title" lead="token.lead">
      <Tokens />
    </Page>
  );
}

function NoticesPage() {
  return (
    <Page title="notice.title" lead="notice.lead">
      <Preferences />
    </Page>
  );
}

function ChannelsPage() {
  return (
    <Page title="notify.title" lead="notify.lead">
      <Channels />
    </Page>
  );
}

function ExportsPage() {
  return (
    <Page title="export.page" lead="export.lead">
      <Exports />
    </Page>
  );
}

/** The pages of the settings, in the order in which they are listed; the first is where one comes in. */
export const SETTINGS_PLACES: SettingsPlace[] = [
  { place: "members", label: "settings.members", Screen: MembersPage },
  { place: "people", label: "settings.people", Screen: PeoplePage },
  { place: "organisation", label: "settings.organisation", Screen: OrganisationPage },
  { place: "calendar", label: "settings.calendar", Screen: CalendarPage },
  { place: "levels", label: "settings.levels", Screen: LevelsPage },
  { place: "categories", label: "settings.categories", Screen: CategoriesPage },
  { place: "fields", label: "settings.fields", Screen: FieldsPage },
  { place: "field-groups", label: "settings.groups", admin: true, Screen: GroupsPage },
  { place: "data", label: "settings.data", admin: true, Screen: DataPage },
  { place: "tokens", label: "settings.tokens", Screen: TokensPage },
  { place: "notices", label: "notice.place", Screen: NoticesPage },
  { place: "channels", label: "notify.place", admin: true, Screen: ChannelsPage },
  { place: "exports", label: "export.page", Screen: ExportsPage },
];
