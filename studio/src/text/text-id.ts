import type app from "./en/app.json";
import type charts from "./en/charts.json";
import type compare from "./en/compare.json";
import type compute from "./en/compute.json";
import type experiments from "./en/experiments.json";
import type home from "./en/home.json";
import type logs from "./en/logs.json";
import type run from "./en/run.json";
import type runs from "./en/runs.json";
import type settings from "./en/settings.json";
import type views from "./en/views.json";
import type widget from "./en/widget.json";

/** The id of a message: a key of the English catalogue, so that a missing text is a type error. A new file of `en/` gets its line here. */
export type TextId =
  | keyof typeof app
  | keyof typeof charts
  | keyof typeof compare
  | keyof typeof compute
  | keyof typeof experiments
  | keyof typeof home
  | keyof typeof logs
  | keyof typeof run
  | keyof typeof runs
  | keyof typeof settings
  | keyof typeof views
  | keyof typeof widget;
