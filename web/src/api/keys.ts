/** Families of cached answers. A write or a live event invalidates a family, never a single page. */
export const keys = {
  me: ["me"] as const,
  demo: ["demo-accounts"] as const,
  config: (workspace: string) => ["config", workspace] as const,
  fields: (workspace: string) => ["fields", workspace] as const,
  rows: (workspace: string) => ["rows", workspace] as const,
  items: (workspace: string) => ["items", workspace] as const,
  history: (workspace: string) => ["history", workspace] as const,
  talk: (workspace: string) => ["talk", workspace] as const,
  days: (workspace: string) => ["days", workspace] as const,
  batches: (workspace: string) => ["batches", workspace] as const,
  settings: (workspace: string) => ["settings", workspace] as const,
  members: (workspace: string) => ["members", workspace] as const,
  notices: (workspace: string) => ["notices", workspace] as const,
  noticeSettings: (workspace: string) => ["notice-settings", workspace] as const,
  noticeChannels: (workspace: string) => ["notice-channels", workspace] as const,
  tokens: (workspace: string) => ["tokens", workspace] as const,
};
