import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { artifactsQuery, artifactUrl, readRange } from "../../../client/artifact";
import { type MetricSeries, seriesQuery } from "../../../client/metric";
import { useWorkspace } from "../../../client/workspace";
import { ChartCard } from "../../../components/charts/ChartCard";
import { DataTable } from "../../../components/charts/DataTable";
import { ErrorState, Skeleton } from "../../../components/states";
import { t } from "../../../text/text";
import { ConfusionTable } from "../../page/ConfusionTable";
import { fileOf, parseConfusionMatrix } from "../../page/logged-file";
import { PanelMessage } from "./PanelMessage";
import { colourOf, type PanelContext, type PanelProps } from "./panel-context";
import styles from "./panels.module.css";

/** Pictures and tables of so many runs are shown; which runs these are, the eyes in the list of runs say. */
const MOST_SHOWN = 12;

/** What the shown runs logged under a name, one entry a run that has it. */
function useLogged(context: PanelContext, name: string) {
  const workspace = useWorkspace();
  const shown = context.runs.slice(0, MOST_SHOWN);
  const answer = useQuery(seriesQuery(workspace, shown.map((run) => run.run.id), [name]));
  const found = shown.flatMap((run) => {
    const series = answer.data?.series.find((each) => each.run_id === run.run.id);
    return series ? [{ run: run.run, series }] : [];
  });
  return { found, answer };
}

/** The pictures of all runs at one step. */
export function ImagesPanel(props: PanelProps) {
  const { context, panel, title, tools, onWide } = props;
  const { found, answer } = useLogged(context, panel.fields[0] ?? "");
  const steps = useMemo(() => [...new Set(found.flatMap(({ series }) => placesOf(series)))].sort((left, right) => left - right), [found]);
  const [chosen, setChosen] = useState<number | null>(null);
  const step = chosen ?? steps.length - 1;
  if (answer.isError && !answer.data) return <PanelMessage {...props}><ErrorState error={answer.error} onRetry={() => void answer.refetch()} /></PanelMessage>;
  if (!answer.data) return <PanelMessage {...props}><Skeleton lines={4} /></PanelMessage>;
  if (found.length === 0) return <PanelMessage {...props} text={t("compare.noFiles")} />;
  return (
    <ChartCard name={title} tools={tools} asTable={false} wide={panel.wide} onWide={onWide} footer={<MoreNote shown={found.length} all={context.runs.length} />}>
      <div className={styles.files}>
        {steps.length > 1 && (
          <label className={styles.slider}>
            {t("metrics.step")}
            <input type="range" min={0} max={steps.length - 1} value={step} onChange={(event) => setChosen(Number(event.target.value))} />
            <output>{steps[step]}</output>
          </label>
        )}
        <div className={styles.pictures}>
          {found.map(({ run, series }) => (
            <LoggedPicture key={run.id} runId={run.id} name={run.display_name} colour={colourOf(context, run.id)} series={series} step={steps[step] ?? 0} />
          ))}
        </div>
      </div>
    </ChartCard>
  );
}

function LoggedPicture({ runId, name, colour, series, step }: { runId: string; name: string; colour: string; series: MetricSeries; step: number }) {
  const workspace = useWorkspace();
  const artifacts = useQuery(artifactsQuery(workspace, runId));
  const places = placesOf(series);
  // The last one up to the step, or the first.
  const index = Math.max(0, places.reduce((best, place, at) => (place <= step ? at : best), 0));
  const file = fileOf(series.values?.[index], artifacts.data?.artifacts ?? []);
  return (
    <figure className={styles.picture}>
      {file ? <img src={`${artifactUrl(workspace, runId, file.path)}?v=${encodeURIComponent(file.sha256 ?? file.updated_at)}`} alt={`${name}, ${series.name}`} loading="lazy" /> : <span className={styles.message}>{artifacts.data ? t("images.missing") : "…"}</span>}
      <figcaption>
        <i style={{ background: colour }} />
        {name}
      </figcaption>
    </figure>
  );
}

/** The confusion matrices of the shown runs side by side. */
export function ConfusionPanel(props: PanelProps) {
  const { context, panel, title, tools, onWide } = props;
  const workspace = useWorkspace();
  const { found, answer } = useLogged(context, panel.fields[0] ?? "");
  const artifacts = useQueries({ queries: found.map(({ run }) => artifactsQuery(workspace, run.id)) });
  if (answer.isError && !answer.data) return <PanelMessage {...props}><ErrorState error={answer.error} onRetry={() => void answer.refetch()} /></PanelMessage>;
  if (!answer.data) return <PanelMessage {...props}><Skeleton lines={4} /></PanelMessage>;
  if (found.length === 0) return <PanelMessage {...props} text={t("compare.noFiles")} />;
  return (
    <ChartCard name={title} tools={tools} asTable={false} wide={panel.wide} onWide={onWide} footer={<MoreNote shown={found.length} all={context.runs.length} />}>
      <div className={styles.files} tabIndex={0} role="region" aria-label={title}>
        <div className={styles.pictures}>
          {found.map(({ run, series }, index) => {
            const file = fileOf(series.values?.at(-1), artifacts[index]?.data?.artifacts ?? []);
            return (
              <figure key={run.id} className={styles.matrix}>
                <figcaption>
                  <i style={{ background: colourOf(context, run.id) }} />
                  {run.display_name}
                </figcaption>
                {file ? <Matrix url={artifactUrl(workspace, run.id, file.path)} revision={file.sha256 ?? file.updated_at} name={`${title}, ${run.display_name}`} /> : <Skeleton />}
              </figure>
            );
          })}
        </div>
      </div>
    </ChartCard>
  );
}

function Matrix({ url, revision, name }: { url: string; revision: string; name: string }) {
  const document = useQuery({
    queryKey: ["file", url, revision],
    queryFn: async ({ signal }) => new TextDecoder().decode((await readRange(url, 0, undefined, signal)).bytes),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (document.isError) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  if (document.data === undefined) return <Skeleton />;
  const matrix = parseConfusionMatrix(document.data);
  return matrix ? <ConfusionTable matrix={matrix} label={name} /> : <p className={styles.message}>{t("confusion.unreadable")}</p>;
}

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

function MoreNote({ shown, all }: { shown: number; all: number }) {
  return <span>{all > MOST_SHOWN ? t("compare.firstRuns", { count: MOST_SHOWN, runs: all }) : t("compare.valuesOf", { count: shown, runs: all })}</span>;
}

function placesOf(series: MetricSeries): number[] {
  return (series.values ?? []).map((_, index) => series.steps?.[index] ?? index);
}
