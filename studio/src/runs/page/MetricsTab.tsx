import { hasEnded } from "../../client/run";
import { EmptyState } from "../../components/states";
import { t } from "../../text/text";
import { MetricCharts } from "./MetricCharts";
import { metricSections } from "./metric-sections";
import { useRun } from "./useRun";

/** What the script logged. */
export function MetricsTab() {
  const { data: run } = useRun();
  if (!run) return null;
  const empty = <EmptyState icon="chart" title={hasEnded(run) ? t("metrics.none.title") : t("metrics.waiting")}>{t("metrics.none.body")}</EmptyState>;
  return <MetricCharts key={run.id} run={run} to="/runs/$runId/metrics" along="step" sectionsOf={metricSections} empty={empty} />;
}
