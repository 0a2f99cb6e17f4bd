import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { ApiError } from "../client/api";
import { isOwnPath, stateQuery } from "../client/state";
import { useWorkspace } from "../client/workspace";
import { buttonClass } from "../components/Button";
import { PageHeader } from "../components/PageHeader";
import { EmptyState, ErrorState, Skeleton } from "../components/states";
import { t } from "../text/text";

/** Leads to the address that a short one stands for. */
export function ShortAddressPage() {
  const name = useParams({ strict: false }).hash ?? "";
  const router = useRouter();
  const state = useQuery(stateQuery(useWorkspace(), name));
  const path = state.data && isOwnPath(state.data.content) ? state.data.content : null;
  useEffect(() => {
    if (path !== null) router.history.replace(path);
  }, [path, router]);
  const missing = (state.error instanceof ApiError && state.error.isNotFound) || (state.data !== undefined && path === null);
  return (
    <>
      <PageHeader title={t("short.title")} />
      {missing ? (
        <EmptyState
          icon="link"
          title={t("short.missing.title")}
          actions={
            <Link to="/runs" className={buttonClass("primary")}>
              {t("runs.title")}
            </Link>
          }
        >
          {t("short.missing.body")}
        </EmptyState>
      ) : state.isError ? (
        <ErrorState error={state.error} onRetry={() => void state.refetch()} />
      ) : (
        <Skeleton lines={4} />
      )}
    </>
  );
}
