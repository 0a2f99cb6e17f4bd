import { memo, type ReactNode, useMemo, useRef } from "react";
import { t } from "../../text/text";
import { IconButton } from "../Button";
import { useRest } from "../useTurn";
import styles from "./ChartCard.module.css";

export const PLOT_HEIGHT = 196;
export const WIDE_PLOT_HEIGHT = 420;
const FRAME_HEIGHT = 72;
/** What a card takes with its heading and its foot. */
export const CARD_HEIGHT = PLOT_HEIGHT + FRAME_HEIGHT;
export const WIDE_CARD_HEIGHT = WIDE_PLOT_HEIGHT + FRAME_HEIGHT;

interface ChartCardProps {
  name: string;
  description?: string | undefined;
  /** The figure that matters, at the right of the heading. */
  value?: ReactNode;
  tools?: ReactNode;
  /** The chart's twin for reading: a table of its data. */
  table?: ReactNode;
  asTable: boolean;
  onTable?: (asTable: boolean) => void;
  onCsv?: (() => void) | undefined;
  onPng?: (() => void) | undefined;
  wide: boolean;
  onWide: (wide: boolean) => void;
  /** Finer points are on their way. */
  busy?: boolean;
  footer?: ReactNode;
  children: ReactNode;
}

/** The frame of every chart: heading, tools, the chart or its table, foot. */
export function ChartCard({ name, description, value, tools, table, asTable, onTable, onCsv, onPng, wide, onWide, busy = false, footer, children }: ChartCardProps) {
  const latest = useRef({ onTable, onCsv, onPng, onWide });
  latest.current = { onTable, onCsv, onPng, onWide };
  const isAtRest = useRest();
  const actions = useMemo(
    (): CardActions => ({
      table: (on) => latest.current.onTable?.(on),
      csv: () => latest.current.onCsv?.(),
      png: () => latest.current.onPng?.(),
      wide: (on) => latest.current.onWide(on),
    }),
    [],
  );
  return (
    <article className={styles.card} style={{ height: wide ? WIDE_CARD_HEIGHT : CARD_HEIGHT }} aria-label={name} aria-busy={busy}>
      <header className={styles.header}>
        <h3 title={description ? `${name}: ${description}` : name}>{name}</h3>
        {value !== undefined && <span className={styles.value}>{value}</span>}
        {isAtRest && <CardTools name={name} tools={asTable ? null : tools} asTable={asTable} hasTable={onTable !== undefined} hasCsv={onCsv !== undefined} hasPng={onPng !== undefined && !asTable} wide={wide} actions={actions} />}
      </header>
      <div className={styles.body}>{asTable ? table : children}</div>
      <footer className={styles.footer}>{footer}</footer>
    </article>
  );
}

/** What the tools do. The same object for as long as the card is shown, so that a chart that grows does not draw its tools anew. */
interface CardActions {
  table: (on: boolean) => void;
  csv: () => void;
  png: () => void;
  wide: (on: boolean) => void;
}

interface CardToolsProps {
  name: string;
  tools: ReactNode;
  asTable: boolean;
  hasTable: boolean;
  hasCsv: boolean;
  hasPng: boolean;
  wide: boolean;
  actions: CardActions;
}

const CardTools = memo(function CardTools({ name, tools, asTable, hasTable, hasCsv, hasPng, wide, actions }: CardToolsProps) {
  return (
    <span className={styles.tools}>
      {tools}
      {hasTable && <IconButton icon={asTable ? "chart" : "table"} label={asTable ? t("chart.asChart", { name }) : t("chart.asTable", { name })} onClick={() => actions.table(!asTable)} />}
      {hasPng && <IconButton icon="image" label={t("chart.png", { name })} onClick={actions.png} />}
      {hasCsv && <IconButton icon="download" label={t("chart.csv", { name })} onClick={actions.csv} />}
      <IconButton icon="expand" label={wide ? t("chart.narrow", { name }) : t("chart.wide", { name })} aria-pressed={wide} onClick={() => actions.wide(!wide)} />
    </span>
  );
});
