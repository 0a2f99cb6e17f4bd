import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ancestorsQuery, neighboursQuery, type Run } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { buttonClass } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { t } from "../../text/text";

/** The way up: all runs, the experiment, and each run above this one. */
export function RunBreadcrumb({ run }: { run: Run }) {
  const ancestors = useQuery(ancestorsQuery(useWorkspace(), run));
  return (
    <>
      <Link to="/runs">{t("runs.title")}</Link>
      <Icon name="chevronRight" size={12} />
      <Link to="/experiments/$name" params={{ name: run.experiment }}>
        {run.experiment}
      </Link>
      {run.parent_id && !ancestors.data && (
        <>
          <Icon name="chevronRight" size={12} />
          <Link to="/runs/$runId/children" params={{ runId: run.parent_id }}>
            {t("run.parent")}
          </Link>
        </>
      )}
      {ancestors.data?.map((ancestor) => (
        <span key={ancestor.id} style={{ display: "contents" }}>
          <Icon name="chevronRight" size={12} />
          <Link to="/runs/$runId/children" params={{ runId: ancestor.id }}>
            {ancestor.display_name}
          </Link>
        </span>
      ))}
    </>
  );
}

/** To the run before and the run after, on the same tab. */
export function Neighbours({ run, tab }: { run: Run; tab: string }) {
  const found = useQuery(neighboursQuery(useWorkspace(), run));
  return (
    <>
      <Neighbour run={found.data?.previous ?? null} tab={tab} icon="chevronLeft" label={t("run.previous")} shortcut="[" />
      <Neighbour run={found.data?.next ?? null} tab={tab} icon="chevronRight" label={t("run.next")} shortcut="]" />
    </>
  );
}

function Neighbour({ run, tab, icon, label, shortcut }: { run: Run | null; tab: string; icon: "chevronLeft" | "chevronRight"; label: string; shortcut: string }) {
  const look = buttonClass("quiet");
  if (run === null) {
    return (
      <button type="button" className={look} disabled aria-label={label} title={label}>
        <Icon name={icon} />
      </button>
    );
  }
  const title = `${label}: ${run.display_name}`;
  return (
    <Link to={tab} params={{ runId: run.id, _splat: "" }} className={look} aria-label={title} title={title} data-shortcut={shortcut}>
      <Icon name={icon} />
    </Link>
  );
}
