import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect, retainSearchParams } from "@tanstack/react-router";
import { METRICS_KEYS, type MetricsSearch } from "../runs/page/metrics-search";
import type { TablesSearch } from "../runs/page/TablesTab";
import { RUN_VIEW_KEYS, type RunViewSearch } from "../runs/list/run-view";
import { COMPARE_KEYS, type CompareSearch } from "../runs/compare/compare-state";
import { NotFoundPage } from "./NotFoundPage";
import { PageFailure } from "./PageFailure";
import { parseSearch, stringifySearch, textParameters } from "../client/search-text";
import { t } from "../text/text";
import { Studio } from "./Studio";

/**
 * A page that is loaded when it is opened. When its file does not come, {@link PageFailure} stands in its place: the router would load the
 * whole document again, and where the server is gone leave the reader with the browser's own page, from which nothing leads back.
 */
function page<Module extends Record<string, unknown>, Name extends keyof Module>(load: () => Promise<Module>, name: Name) {
  const loaded = () =>
    load().catch((cause: unknown): never => {
      throw new Error(t("pageFailure.file"), { cause });
    });
  return lazyRouteComponent(loaded, name);
}

interface RootSearch {
  workspace?: string;
}

const root = createRootRoute({
  component: Studio,
  notFoundComponent: NotFoundPage,
  errorComponent: PageFailure,
  validateSearch: (search: Record<string, unknown>): RootSearch => textParameters(search, ["workspace"]),
  search: { middlewares: [retainSearchParams<RootSearch>(["workspace"])] },
});

const home = createRoute({ getParentRoute: () => root, path: "/", component: page(() => import("./HomePage"), "HomePage") });

const experiments = createRoute({
  getParentRoute: () => root,
  path: "/experiments",
  component: page(() => import("../experiments/ExperimentsPage"), "ExperimentsPage"),
  validateSearch: (search): { q?: string; view?: string } => textParameters(search, ["q", "view"]),
});

const experiment = createRoute({
  getParentRoute: () => root,
  path: "/experiments/$name",
  component: page(() => import("../experiments/ExperimentPage"), "ExperimentPage"),
  validateSearch: (search): RunViewSearch => textParameters(search, RUN_VIEW_KEYS),
});

const experimentAbout = createRoute({ getParentRoute: () => root, path: "/experiments/$name/about", component: page(() => import("../experiments/ExperimentAbout"), "ExperimentAbout") });

const experimentCharts = createRoute({
  getParentRoute: () => root,
  path: "/experiments/$name/charts",
  component: page(() => import("../experiments/ExperimentCharts"), "ExperimentCharts"),
  validateSearch: (search): CompareSearch => textParameters(search, COMPARE_KEYS),
});

const views = createRoute({ getParentRoute: () => root, path: "/views", component: page(() => import("../runs/views/ViewsPage"), "ViewsPage") });

const view = createRoute({ getParentRoute: () => root, path: "/v/$viewId", component: page(() => import("../runs/views/ViewPage"), "ViewPage") });

const bin = createRoute({ getParentRoute: () => root, path: "/bin", component: page(() => import("../runs/bin/BinPage"), "BinPage") });

const short = createRoute({ getParentRoute: () => root, path: "/s/$hash", component: page(() => import("./ShortAddressPage"), "ShortAddressPage") });

const runs = createRoute({
  getParentRoute: () => root,
  path: "/runs",
  component: page(() => import("../runs/list/RunsPage"), "RunsPage"),
  validateSearch: (search): RunViewSearch => textParameters(search, RUN_VIEW_KEYS),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: "/compare",
  component: page(() => import("../runs/compare/ComparePage"), "ComparePage"),
  validateSearch: (search): CompareSearch => textParameters(search, COMPARE_KEYS),
});

const run = createRoute({ getParentRoute: () => root, path: "/runs/$runId", component: page(() => import("../runs/page/RunPage"), "RunPage") });

const runStart = createRoute({
  getParentRoute: () => run,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/runs/$runId/overview", params, replace: true });
  },
});

const overview = createRoute({ getParentRoute: () => run, path: "overview", component: page(() => import("../runs/page/OverviewTab"), "OverviewTab") });

const metrics = createRoute({
  getParentRoute: () => run,
  path: "metrics",
  component: page(() => import("../runs/page/MetricsTab"), "MetricsTab"),
  validateSearch: (search): MetricsSearch => textParameters(search, METRICS_KEYS),
});

const images = createRoute({ getParentRoute: () => run, path: "images", component: page(() => import("../runs/page/ImagesTab"), "ImagesTab") });

const tables = createRoute({
  getParentRoute: () => run,
  path: "tables",
  component: page(() => import("../runs/page/TablesTab"), "TablesTab"),
  validateSearch: (search): TablesSearch => textParameters(search, ["table", "sort"]),
});

const system = createRoute({
  getParentRoute: () => run,
  path: "system",
  component: page(() => import("../runs/page/SystemTab"), "SystemTab"),
  validateSearch: (search): MetricsSearch => textParameters(search, METRICS_KEYS),
});

const children = createRoute({
  getParentRoute: () => run,
  path: "children",
  component: page(() => import("../runs/page/ChildrenTab"), "ChildrenTab"),
  validateSearch: (search): RunViewSearch => textParameters(search, RUN_VIEW_KEYS),
});

const outputs = createRoute({
  getParentRoute: () => run,
  path: "outputs/$",
  component: page(() => import("../runs/page/OutputsTab"), "OutputsTab"),
  validateSearch: (search): { line?: string } => textParameters(search, ["line"]),
});

const snapshot = createRoute({
  getParentRoute: () => run,
  path: "snapshot/$",
  component: page(() => import("../runs/page/SnapshotTab"), "SnapshotTab"),
  validateSearch: (search): { line?: string; other?: string } => textParameters(search, ["line", "other"]),
});

const compute = createRoute({
  getParentRoute: () => root,
  path: "/compute",
  component: page(() => import("../compute/ComputePage"), "ComputePage"),
  validateSearch: (search): { ended?: string } => textParameters(search, ["ended"]),
});

const settings = createRoute({ getParentRoute: () => root, path: "/settings", component: page(() => import("./SettingsPage"), "SettingsPage") });

const environments = createRoute({
  getParentRoute: () => root,
  path: "/environments",
  component: page(() => import("../environments/EnvironmentsPage"), "EnvironmentsPage"),
  validateSearch: (search): { q?: string } => textParameters(search, ["q"]),
});

const environment = createRoute({
  getParentRoute: () => root,
  path: "/environments/$name",
  component: page(() => import("../environments/EnvironmentPage"), "EnvironmentPage"),
  validateSearch: (search): { version?: string } => textParameters(search, ["version"]),
});

const routeTree = root.addChildren([home, experiments, experiment, experimentCharts, experimentAbout, views, view, short, bin, runs, compare, run.addChildren([runStart, overview, metrics, images, tables, system, children, outputs, snapshot]), compute, environments, environment, settings]);

export const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultErrorComponent: PageFailure,
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: true,
  scrollToTopSelectors: ["#main"],
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
