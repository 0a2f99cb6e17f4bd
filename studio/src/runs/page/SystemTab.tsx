import { hasEnded } from "../../client/run";
import { EmptyState } from "../../components/states";
import { t } from "../../text/text";
import { MetricCharts } from "./MetricCharts";
import { systemSections } from "./metric-sections";
import { useRun } from "./useRun";

/** How busy the machine of the run was, along time. */
export function SystemTab() {
  const { data: run } = useRun();
  if (!run) return null;
  const empty = <EmptyState icon="compute" title={hasEnded(run) ? t("system.none.title") : t("system.waiting")}>{t("system.none.body")}</EmptyState>;
  return <MetricCharts key={run.id} run={run} to="/runs/$runId/system" along="time" sectionsOf={systemSections} empty={empty} />;
}
