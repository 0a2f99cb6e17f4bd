import { useNavigate } from "@tanstack/react-router";
import type { SavedView } from "../../client/view";
import { t } from "../../text/text";
import { chartsSearch, isOfCharts } from "./saved-charts";
import { experimentOf, searchOf } from "./saved-view";

/** Where a view is shown, in words. */
export function placeName(view: SavedView): string {
  return experimentOf(view) ?? (isOfCharts(view) ? t("compare.titleQuery") : t("runs.title"));
}

/** Goes to the page that a view is of, as it was saved. */
export function useOpenView(): (view: SavedView, replace?: boolean) => void {
  const navigate = useNavigate();
  return (view, replace = false) => {
    const name = experimentOf(view);
    if (isOfCharts(view)) {
      const search = chartsSearch(view);
      if (name === null) void navigate({ to: "/compare", search, replace });
      else void navigate({ to: "/experiments/$name/charts", params: { name }, search, replace });
    } else if (name === null) void navigate({ to: "/runs", search: searchOf(view), replace });
    else void navigate({ to: "/experiments/$name", params: { name }, search: searchOf(view), replace });
  };
}
