import type { ReactNode } from "react";
import { ChartCard } from "../../../components/charts/ChartCard";
import { Skeleton } from "../../../components/states";
import { t } from "../../../text/text";
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

/** No run has what the chart shows, or that is not known yet. */
export function NoValues(props: PanelProps) {
  if (props.context.figuresKnown) return <PanelMessage {...props} text={t("compare.noValues")} />;
  return (
    <PanelMessage {...props}>
      <Skeleton lines={4} />
    </PanelMessage>
  );
}
