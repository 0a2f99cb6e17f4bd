import type { ReactNode } from "react";
import { ChartCard } from "../../../components/charts/ChartCard";
import styles from "./panels.module.css";
import type { PanelProps } from "./panel-context";

/** A chart that has nothing to draw says why. */
export function PanelMessage({ panel, title, tools, onWide, text, children }: PanelProps & { text?: string; children?: ReactNode }) {
  return (
    <ChartCard name={title} tools={tools} asTable={false} wide={panel.wide} onWide={onWide}>
      {text !== undefined && <p className={styles.message}>{text}</p>}
      {children}
    </ChartCard>
  );
}
