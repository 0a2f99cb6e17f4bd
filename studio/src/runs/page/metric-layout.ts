import { CARD_HEIGHT, WIDE_CARD_HEIGHT } from "../../components/charts/ChartCard";
import type { VirtualRow } from "../../components/VirtualRows";
import type { MetricSection, SectionMetric } from "./metric-sections";

/** One row of the metrics tab: a heading, figures side by side, or cards side by side. */
export type MetricRow = VirtualRow &
  (
    | { kind: "title"; section: MetricSection }
    | { kind: "tiles"; metrics: readonly SectionMetric[]; columns: number }
    | { kind: "cards"; metrics: readonly SectionMetric[]; columns: number }
  );

const GAP = 12;
const CARD_WIDTH = 340;
const TILE_WIDTH = 148;
const TILE_HEIGHT = 62;
const TILE_GAP = 8;
const TITLE_HEIGHT = 28;

/** Where every row of the sections stands in a page of `width` pixels. A wide card has a row of its own. */
export function metricRows(sections: readonly MetricSection[], width: number, wide: ReadonlySet<string>): { rows: MetricRow[]; height: number } {
  const rows: MetricRow[] = [];
  let top = 0;
  const fit = (item: number, gap: number) => Math.max(1, Math.floor((width + gap) / (item + gap)));
  for (const section of sections) {
    const id = `${section.name}/`;
    if (section.name !== "") {
      rows.push({ kind: "title", key: id, top, height: TITLE_HEIGHT, section });
      top += TITLE_HEIGHT + GAP;
    }
    const tiles = section.metrics.filter((metric) => metric.view === "tile");
    const perRow = fit(TILE_WIDTH, TILE_GAP);
    for (const metrics of inRows(tiles, perRow)) {
      rows.push({ kind: "tiles", key: `${id} tiles ${metrics[0]?.summary.name}`, top, height: TILE_HEIGHT, metrics, columns: perRow });
      top += TILE_HEIGHT + TILE_GAP;
    }
    const cards = section.metrics.filter((metric) => metric.view !== "tile");
    const columns = Math.min(fit(CARD_WIDTH, GAP), Math.max(1, cards.length));
    for (const { metrics, isWide } of cardRows(cards, columns, wide)) {
      const height = isWide ? WIDE_CARD_HEIGHT : CARD_HEIGHT;
      rows.push({ kind: "cards", key: `${id} cards ${metrics[0]?.summary.name}`, top, height, metrics, columns: isWide ? 1 : columns });
      top += height + GAP;
    }
  }
  return { rows, height: Math.max(0, top - GAP) };
}

function inRows<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, row) => items.slice(row * size, (row + 1) * size));
}

function cardRows(cards: readonly SectionMetric[], columns: number, wide: ReadonlySet<string>): { metrics: SectionMetric[]; isWide: boolean }[] {
  const rows: { metrics: SectionMetric[]; isWide: boolean }[] = [];
  let open: SectionMetric[] | null = null;
  for (const card of cards) {
    if (wide.has(card.summary.name)) {
      rows.push({ metrics: [card], isWide: true });
      continue;
    }
    if (open === null || open.length === columns) {
      open = [];
      rows.push({ metrics: open, isWide: false });
    }
    open.push(card);
  }
  return rows;
}
