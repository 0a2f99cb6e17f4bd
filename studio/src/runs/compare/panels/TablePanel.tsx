import { ChartCard } from "../../../components/charts/ChartCard";
import { DataTable } from "../../../components/charts/DataTable";
import { ErrorState, Skeleton } from "../../../components/states";
import { t } from "../../../text/text";
import { MoreNote, useLogged } from "./logged";
import { PanelMessage } from "./PanelMessage";
import type { PanelProps } from "./panel-context";

/** The tables of the shown runs, one below the other. */
export function TablePanel(props: PanelProps) {
  const { context, panel, title, tools, onWide } = props;
  const { found, answer } = useLogged(context, panel.fields[0] ?? "");
  if (answer.isError && !answer.data) return <PanelMessage {...props}><ErrorState error={answer.error} onRetry={() => void answer.refetch()} /></PanelMessage>;
  if (!answer.data) return <PanelMessage {...props}><Skeleton lines={4} /></PanelMessage>;
  if (found.length === 0) return <PanelMessage {...props} text={t("compare.noFiles")} />;
  const names = [...new Set(found.flatMap(({ series }) => Object.keys(series.columns ?? {})))];
  const columns = {
    [t("compare.run")]: found.flatMap(({ run, series }) => (series.times ?? []).map(() => run.display_name)),
    ...Object.fromEntries(names.map((name) => [name, found.flatMap(({ series }) => series.columns?.[name] ?? (series.times ?? []).map(() => null))])),
  };
  return (
    <ChartCard name={title} tools={tools} asTable={false} wide={panel.wide} onWide={onWide} footer={<MoreNote shown={found.length} all={context.runs.length} />}>
      <DataTable columns={columns} label={title} />
    </ChartCard>
  );
}
