/** Line icons on a 16-pixel grid, one path each. They say nothing by themselves: give the control around them a name. */
const PATHS = {
  home: "M2.5 7.5 8 3l5.5 4.5V13a.5.5 0 0 1-.5.5H10V9.5H6v4H3a.5.5 0 0 1-.5-.5z",
  flask: "M6 2.5h4M6.7 2.5v4L3 12.4a.8.8 0 0 0 .7 1.1h8.6a.8.8 0 0 0 .7-1.1L9.3 6.500v-4M5 10.500h6",
  runs: "M2.5 4h11M2.5 8h11M2.5 12h7",
  compute: "M3 3h10v4H3zM3 9h10v4H3zM5.5 5h.01M5.5 11h.01",
  search: "M7 11.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.300l3.2 3.2",
  sun: "M8 10.800a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.600zM8 1.500v1.300M8 13.200v1.300M1.5 8h1.300M13.2 8h1.300M3.4 3.400l.9.900M11.7 11.700l.9.900M12.6 3.400l-.9.900M4.3 11.700l-.9.9",
  moon: "M13.3 9.700A5.6 5.6 0 0 1 6.3 2.700a5.6 5.6 0 1 0 7 7z",
  system: "M2.5 3.500h11v7h-11zM6 13h4M8 10.500V13",
  help: "M8 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM6.3 6.300a1.8 1.8 0 1 1 2.5 1.700c-.5.2-.8.6-.8 1.200M8 11.300h.01",
  close: "M4 4l8 8M12 4l-8 8",
  check: "M3 8.500l3.2 3.200L13 4.8",
  cross: "M4.5 4.500l7 7M11.5 4.500l-7 7",
  stop: "M4.5 4.500h7v7h-7z",
  ban: "M8 13.500a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM4.2 4.200l7.6 7.6",
  clock: "M8 13.500a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM8 5v3.200l2 1.3",
  play: "M5 3.500l7.5 4.500L5 12.500z",
  pause: "M5.5 3.500v9M10.5 3.500v9",
  gear: "M3 5.500h6M12 5.500h1M3 10.500h1M7 10.500h6M10.5 7a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM5.5 12a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
  warning: "M8 2.500l6 10.500H2zM8 6.500v3M8 11.300h.01",
  dots: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  chevronDown: "M4 6l4 4 4-4",
  chevronLeft: "M10 4l-4 4 4 4",
  zoomIn: "M7 11.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.300l3.2 3.2M7 5v4M5 7h4",
  zoomOut: "M7 11.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.300l3.2 3.2M5 7h4",
  eye: "M1.500 8S4 3.800 8 3.800 14.500 8 14.500 8 12 12.200 8 12.200 1.500 8 1.500 8zM8 9.800a1.8 1.8 0 1 0 0-3.600 1.8 1.8 0 0 0 0 3.600z",
  eyeOff: "M1.500 8S4 3.800 8 3.800 14.500 8 14.500 8 12 12.200 8 12.200 1.500 8 1.500 8zM3 13 13 3",
  chevronRight: "M6 4l4 4-4 4",
  arrowUp: "M8 13V3M4 7l4-4 4 4",
  arrowDown: "M8 3v10M4 9l4 4 4-4",
  download: "M8 2.500v7.500M4.8 7 8 10.2 11.2 7M2.5 13.500h11",
  copy: "M5.5 5.500h8v8h-8zM10.5 5.500v-3h-8v8h3",
  edit: "M10.5 3l2.5 2.500L6 12.500l-3.2.700.7-3.200z",
  tag: "M2.5 2.500h5l6 6-5 5-6-6zM5.3 5.300h.01",
  plus: "M8 3v10M3 8h10",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  filter: "M2.5 3.500h11L9.5 8.500v4l-3 1v-5z",
  file: "M4 2h5l3 3v9H4zM9 2v3h3",
  folder: "M2 4.500V13h12V5.500H8L6.5 3.500H2z",
  image: "M2.5 3h11v10h-11zM2.5 11l3.5-3.5 3 3 1.5-1.5 3 3M10.5 6h.01",
  chart: "M2.5 2.500v11h11M4.5 10l2.5-3.5 2.5 2 3.5-5",
  table: "M2.5 3h11v10h-11zM2.5 6.300h11M2.5 9.700h11M7 6.300V13",
  wrap: "M2.5 4h11M2.5 8h9a2.2 2.2 0 0 1 0 4.400H8.500M10 10.700l-1.7 1.700L10 14M2.5 12.400h3",
  bin: "M3 4.500h10M6.500 4.500v-2h3v2M4.500 4.500l.5 9h6l.5-9M6.800 7v4M9.200 7v4",
  group: "M2.500 3h11v3h-11zM5 9h8.500M5 12.500h8.500",
  layout: "M2.500 3h11v10h-11zM2.500 6.300h11M6 6.300v6.700",
  star: "M8 2.500l1.700 3.500 3.800.500-2.800 2.700.700 3.800L8 11.200 4.600 13l.700-3.800L2.500 6.500l3.800-.5z",
  archive: "M2.5 3h11v3h-11zM3.5 6v7h9V6M6.5 8.500h3",
  expand: "M9.5 2.500h4v4M6.5 13.500h-4v-4M13.5 2.500l-5 5M2.5 13.500l5-5",
  link: "M6.5 9.500l3-3M7 4.500l1-1a2.8 2.8 0 0 1 4 4l-1 1M9 11.500l-1 1a2.8 2.8 0 0 1-4-4l1-1",
  branch: "M5 4.500v7M5 4.500a1.5 1.5 0 1 0 0-.01M5 13a1.5 1.5 0 1 0 0-.01M11.5 6a1.5 1.5 0 1 0 0-.01M11.5 6c0 3-4 2.5-6.5 4",
  refresh: "M13 8a5 5 0 1 1-1.5-3.600M13 2.500v2.500h-2.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The same icon as an element, for what is drawn without React. */
export function iconElement(name: IconName, size = 16): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { width: size, height: size, viewBox: "0 0 16 16", fill: "none", stroke: "currentColor", "stroke-width": 1.5, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": true, focusable: false };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, String(value));
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const SVG = "http://www.w3.org/2000/svg";
