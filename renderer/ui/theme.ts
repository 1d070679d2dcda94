import { createTheme } from '@mantine/core';

/** Calm, deep teal; system fonts with Chinese first-class; room between things. */
export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 7 },
  colors: {
    orange: [
      '#fff4e6',
      '#ffe8cc',
      '#ffd8a8',
      '#fdc078',
      '#f7a247',
      '#e98a25',
      '#cf6f12',
      '#b4530a',
      '#934107',
      '#723204',
    ],
    brand: [
      '#e9f7f4',
      '#d3ece7',
      '#a8dacf',
      '#79c6b6',
      '#53b6a1',
      '#3aab94',
      '#269a83',
      '#0f7b67',
      '#0b6454',
      '#064d40',
    ],
  },
  fontFamily:
    "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei UI', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace",
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  headings: { fontWeight: '650' },
  components: {
    Badge: { defaultProps: { tt: 'none' } },
    Modal: { defaultProps: { lockScroll: false, centered: true } },
    Drawer: { defaultProps: { lockScroll: false } },
    Tooltip: {
      defaultProps: { events: { hover: true, focus: true, touch: true }, withArrow: true, multiline: true, maw: 320 },
    },
  },
});
