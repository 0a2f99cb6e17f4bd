import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect, retainSearchParams } from "@tanstack/react-router";
import { METRICS_KEYS, type MetricsSearch } from "../runs/page/metrics-search";
import type { TablesSearch } from "../runs/page/TablesTab";
import { RUN_VIEW_KEYS, type RunViewSearch } from "../runs/list/run-view";
import { COMPARE_KEYS, type CompareSearch } from "../runs/compare/compare-state";
import { NotFoundPage } from "./NotFoundPage";
import { PageFailure } from "./PageFailure";
import { parseSearch, stringifySearch, textParameters } from "../client/search-text";
import { Studio } from "./Studio";

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

const home = createRoute({ getParentRoute: () => root, path: "/", component: lazyRouteComponent(() => import("./HomePage"), "HomePage") });

const experiments = createRoute({
  getParentRoute: () => root,
  path: "/experiments",
  component: lazyRouteComponent(() => import("../experiments/ExperimentsPage"), "ExperimentsPage"),
  validateSearch: (search): { q?: string; view?: string } => textParameters(search, ["q", "view"]),
});

const experiment = createRoute({
  getParentRoute: () => root,
  path: "/experiments/$name",
  component: lazyRouteComponent(() => import("../experiments/ExperimentPage"), "ExperimentPage"),
  validateSearch: (search): RunViewSearch => textParameters(search, RUN_VIEW_KEYS),
});

const experimentAbout = createRoute({ getParentRoute: () => root, path: "/experiments/$name/about", component: lazyRouteComponent(() => import("../experiments/ExperimentAbout"), "ExperimentAbout") });

const experimentCharts = createRoute({
  getParentRoute: () => root,
  path: "/experiments/$name/charts",
  component: lazyRouteComponent(() => import("../experiments/ExperimentCharts"), "ExperimentCharts"),
  validateSearch: (search): CompareSearch => textParameters(search, COMPARE_KEYS),
});

const views = createRoute({ getParentRoute: () => root, path: "/views", component: lazyRouteComponent(() => import("../runs/views/ViewsPage"), "ViewsPage") });

const view = createRoute({ getParentRoute: () => root, path: "/v/$viewId", component: lazyRouteComponent(() => import("../runs/views/ViewPage"), "ViewPage") });

const bin = createRoute({ getParentRoute: () => root, path: "/bin", component: lazyRouteComponent(() => import("../runs/bin/BinPage"), "BinPage") });

const short = createRoute({ getParentRoute: () => root, path: "/s/$hash", component: lazyRouteComponent(() => import("./ShortAddressPage"), "ShortAddressPage") });

const runs = createRoute({
  getParentRoute: () => root,
  path: "/runs",
  component: lazyRouteComponent(() => import("../runs/list/RunsPage"), "RunsPage"),
  validateSearch: (search): RunViewSearch => textParameters(search, RUN_VIEW_KEYS),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: "/compare",
  component: lazyRouteComponent(() => import("../runs/compare/ComparePage"), "ComparePage"),
  validateSearch: (search): CompareSearch => textParameters(search, COMPARE_KEYS),
});

const run = createRoute({ getParentRoute: () => root, path: "/runs/$runId", component: lazyRouteComponent(() => import("../runs/page/RunPage"), "RunPage") });

const runStart = createRoute({
  getParentRoute: () => run,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/runs/$runId/overview", params, replace: true });
  },
});

const overview = createRoute({ getParentRoute: () => run, path: "overview", component: lazyRouteComponent(() => import("../runs/page/OverviewTab"), "OverviewTab") });

const metrics = createRoute({
  getParentRoute: () => run,
  path: "metrics",
  component: lazyRouteComponent(() => import("../runs/page/MetricsTab"), "MetricsTab"),
  validateSearch: (search): MetricsSearch => textParameters(search, METRICS_KEYS),
});

const images = createRoute({ getParentRoute: () => run, path: "images", component: lazyRouteComponent(() => import("../runs/page/ImagesTab"), "ImagesTab") });

const tables = createRoute({
  getParentRoute: () => run,
  path: "tables",
  component: lazyRouteComponent(() => import("../runs/page/TablesTab"), "TablesTab"),
  validateSearch: (search): TablesSearch => textParameters(search, ["table", "sort"]),
});

const system = createRoute({
  getParentRoute: () => run,
  path: "system",
  component: lazyRouteComponent(() => import("../runs/page/SystemTab"), "SystemTab"),
  validateSearch: (search): MetricsSearch => textParameters(search, METRICS_KEYS),
});

const children = createRoute({
  getParentRoute: () => run,
  path: "children",
  component: lazyRouteComponent(() => import("../runs/page/ChildrenTab"), "ChildrenTab"),
  validateSearch: (search): RunViewSearch => textParameters(search, RUN_VIEW_KEYS),
});

const outputs = createRoute({
  getParentRoute: () => run,
  path: "outputs/$",
  component: lazyRouteComponent(() => import("../runs/page/OutputsTab"), "OutputsTab"),
  validateSearch: (search): { line?: string } => textParameters(search, ["line"]),
});

const snapshot = createRoute({
  getParentRoute: () => run,
  path: "snapshot/$",
  component: lazyRouteComponent(() => import("../runs/page/SnapshotTab"), "SnapshotTab"),
  validateSearch: (search): { line?: string; other?: string } => textParameters(search, ["line", "other"]),
});

const compute = createRoute({
  getParentRoute: () => root,
  path: "/compute",
  component: lazyRouteComponent(() => import("../compute/ComputePage"), "ComputePage"),
  validateSearch: (search): { ended?: string } => textParameters(search, ["ended"]),
});

const settings = createRoute({ getParentRoute: () => root, path: "/settings", component: lazyRouteComponent(() => import("./SettingsPage"), "SettingsPage") });

const environments = createRoute({
  getParentRoute: () => root,
  path: "/environments",
  component: lazyRouteComponent(() => import("../environments/EnvironmentsPage"), "EnvironmentsPage"),
  validateSearch: (search): { q?: string } => textParameters(search, ["q"]),
});

const environment = createRoute({
  getParentRoute: () => root,
  path: "/environments/$name",
  component: lazyRouteComponent(() => import("../environments/EnvironmentPage"), "EnvironmentPage"),
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
