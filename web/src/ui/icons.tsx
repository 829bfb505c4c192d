/** Line icons on a 16 px grid, 1.5 px strokes. Decorative: the control that holds one carries the name. */
const PATHS = {
  roadmap: "M2 4h7M2 8h11M5 12h9",
  delivery: "M2.5 13.5V3m0 .5h9l-2 2.5 2 2.5h-9",
  history: "M2.5 8a5.5 5.5 0 1 0 1.7-4M2.5 2.5V5H5M8 5v3.2l2 1.3",
  settings: "M2 4.5h6m4 0h2M2 11.5h2m4 0h6M10 2.8v3.4M6 9.8v3.4",
  chevronDown: "m4 6 4 4 4-4",
  chevronRight: "m6 4 4 4-4 4",
  close: "m4 4 8 8M12 4l-8 8",
  plus: "M8 3v10M3 8h10",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.3-1.2 3.2 3.2",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.9 3v10",
  group: "M2 3h12M4.5 6.5H14M4.5 9.5H14M2 13h12",
  tree: "M3 2.5v9h4M3 6h4M9 6h4.5M9 11.5h4.5",
  sort: "M4.5 3v10m0 0L2.5 11m2 2 2-2M11.5 13V3m0 0-2 2m2-2 2 2",
  undo: "M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H7",
  expand: "M9.5 2.5h4v4M13.5 2.5l-5 5M6.5 13.5h-4v-4M2.5 13.5l5-5",
  shrink: "M13 7H9V3M9 7l4.5-4.5M3 9h4v4M7 9l-4.5 4.5",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7",
  moon: "M13.5 9.5A5.8 5.8 0 0 1 6.5 2.5a5.8 5.8 0 1 0 7 7Z",
  screen: "M2 3h12v8H2zM6 13.5h4",
  user: "M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8ZM2.8 13.8c.5-2.4 2.6-3.6 5.2-3.6s4.7 1.2 5.2 3.6",
  signOut: "M6.5 2.5h-4v11h4M6 8h7.5m0 0L11 5.5M13.5 8 11 10.5",
  collapse: "M2.5 3h11v10h-11zM6.2 3v10M11 6.5 9.5 8l1.5 1.5",
  link: "M6.5 9.5 9.5 6.5M7 4.5l1-1a3 3 0 0 1 4.3 4.3l-1 1M9 11.5l-1 1A3 3 0 0 1 3.7 8.2l1-1",
  check: "m3 8.5 3.2 3.2L13 5",
  clock: "M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM8 5v3.2l2 1.3",
  warning: "M8 2.5 14 13H2zM8 6.5v3M8 11.3v.2",
  filter: "M2 3.5h12M4.5 8h7M7 12.5h2",
  help: "M5.8 6a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M8 12v.2M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  trash: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.5 9h6l.5-9",
  attach: "m12.6 7.4-5 5a3 3 0 0 1-4.2-4.2l5.4-5.4a2 2 0 0 1 2.8 2.8L6.4 10.8a.9.9 0 0 1-1.3-1.3l4.6-4.6",
  smile: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM5.8 6.3v.4M10.2 6.3v.4M5.2 9.6a3.3 3.3 0 0 0 5.6 0",
  eye: "M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8ZM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z",
  file: "M4 1.8h5L12.5 5v9.2H4zM9 1.8V5h3.5",
  bell: "M8 2a4 4 0 0 0-4 4c0 4-1.5 5.5-1.5 5.5h11S12 10 12 6a4 4 0 0 0-4-4ZM6.5 13.5a1.6 1.6 0 0 0 3 0",
  comment: "M2.5 3h11v8H7l-3 2.5V11H2.5z",
  read: "M2.5 6.5 8 2.5l5.5 4v7h-11zM2.5 6.5 8 10l5.5-3.5",
  unread: "M2.5 3.5h11v9h-11zM2.5 4.5 8 8.5l5.5-4",
  download: "M8 2.5v8m0 0 3-3m-3 3-3-3M2.5 13.5h11",
  import: "M8 2.5v7M5.2 6.8 8 9.6l2.8-2.8M2.5 10.5v3h11v-3",
  rows: "M2.5 3.5h11M2.5 8h11M2.5 12.5h11",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 2 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flex: "none" }}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
