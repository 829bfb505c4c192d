import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const teal: MantineColorsTuple = [
  "#e9f5f4", "#d2e9e6", "#a6d3ce", "#77bcb5", "#4db6ab", "#2c938a", "#17807a", "#0b6560", "#08504c", "#053b38",
];

export const theme = createTheme({
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--font-mono)",
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  colors: { teal },
  defaultRadius: 6,
  cursorType: "pointer",
  focusRing: "auto",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  headings: { fontWeight: "600" },
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withinPortal: false, fz: 12, color: "dark.8", transitionProps: { duration: 100 } } },
    Popover: { defaultProps: { shadow: "none", transitionProps: { duration: 80 }, offset: 4 } },
    Modal: { defaultProps: { centered: true, transitionProps: { duration: 100 } } },
  },
});

/** Puts Mantine's own variables on our tokens, so that both kinds of part look the same in both schemes. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    "--mantine-color-body": "var(--surface)",
    "--mantine-color-text": "var(--text)",
    "--mantine-color-dimmed": "var(--text-muted)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-color-placeholder": "var(--text-faint)",
    "--mantine-color-error": "var(--danger)",
    "--mantine-color-default": "var(--surface-raised)",
    "--mantine-color-default-hover": "var(--surface-hover)",
  };
  return { variables: {}, light: shared, dark: shared };
};
