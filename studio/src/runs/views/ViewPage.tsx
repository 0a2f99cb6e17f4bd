import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { ApiError } from "../../client/api";
import { viewQuery } from "../../client/view";
import { useWorkspace } from "../../client/workspace";
import { buttonClass } from "../../components/Button";
import { PageHeader } from "../../components/PageHeader";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import { useOpenView } from "./view-place";

/** The short address of a saved view: leads to the page that it shows. */
export function ViewPage() {
  const viewId = useParams({ strict: false }).viewId ?? "";
  const open = useOpenView();
  const latest = useRef(open);
  latest.current = open;
  const view = useQuery(viewQuery(useWorkspace(), viewId));
  useEffect(() => {
    if (view.data) latest.current(view.data, true);
  }, [view.data]);
  const missing = view.error instanceof ApiError && view.error.isNotFound;
  return (
    <>
      <PageHeader title={t("views.one")} />
      {missing ? (
        <EmptyState
          icon="star"
          title={t("views.missing.title")}
          actions={
            <Link to="/views" className={buttonClass("primary")}>
              {t("views.all")}
            </Link>
          }
        >
          {t("views.missing.body")}
        </EmptyState>
      ) : view.isError ? (
        <ErrorState error={view.error} onRetry={() => void view.refetch()} />
      ) : (
        <Skeleton lines={6} />
      )}
    </>
  );
}
