import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { ApiError } from "../../client/api";
import { viewQuery } from "../../client/view";
import { useWorkspace } from "../../client/workspace";
import { buttonClass } from "../../components/Button";
import { PageHeader } from "../../components/PageHeader";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import { experimentOf, searchOf } from "./saved-view";

/** The short address of a saved view: leads to the list that it shows. */
export function ViewPage() {
  const viewId = useParams({ strict: false }).viewId ?? "";
  const navigate = useNavigate();
  const view = useQuery(viewQuery(useWorkspace(), viewId));
  useEffect(() => {
    if (!view.data) return;
    const experiment = experimentOf(view.data);
    if (experiment === null) void navigate({ to: "/runs", search: searchOf(view.data), replace: true });
    else void navigate({ to: "/experiments/$name", params: { name: experiment }, search: searchOf(view.data), replace: true });
  }, [view.data, navigate]);
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
