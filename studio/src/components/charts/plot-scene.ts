import type { LineData } from "./line-data";
import { type Box, type PlotModel, xTicksOf, yTicksOf } from "./plot-model";
import { Scale, type ScaleKind } from "./scale";
import type { Range } from "../../client/series-window";
import { shownPart } from "./trace";

export interface SceneAxis {
  kind: ScaleKind;
  range: Range;
  start: number;
  end: number;
  ticks: readonly { value: number; text: string }[];
}

export interface SceneLine {
  colour: string;
  dash: readonly number[];
  faint: boolean;
  /** The part that is shown. */
  data: LineData;
  /** The upper edge of a band whose lower edge is `data`; null for a line. */
  upper: LineData | null;
}

/** All that is drawn of a chart as plain data, colours as a canvas knows them: whoever has it can draw, on any thread. Lengths are in pixels of the page. */
export interface PlotScene {
  width: number;
  height: number;
  /** Pixels of the screen in one of the page. */
  ratio: number;
  box: Box;
  x: SceneAxis;
  y: SceneAxis;
  lines: readonly SceneLine[];
  inks: { surface: string; line: string; muted: string; error: string };
}

export interface SceneSize {
  width: number;
  height: number;
  ratio: number;
}

/** What a chart shows in `box`. `ink` tells what a CSS colour is. */
export function sceneOf(model: PlotModel, size: SceneSize, box: Box, x: Scale, y: Scale, ink: (colour: string) => string): PlotScene {
  const xTicks = xTicksOf(model, x);
  const gap = (xTicks[1] ?? Number.NaN) - (xTicks[0] ?? Number.NaN);
  return {
    ...size,
    box,
    x: { ...axisOf(x), ticks: xTicks.map((value) => ({ value, text: model.xText(value, gap) })) },
    y: { ...axisOf(y), ticks: yTicksOf(model, y).map((value) => ({ value, text: model.yText(value) })) },
    lines: model.lines.map((line) => {
      const [from, to] = shownPart(line.data, x);
      const part = ({ x: along, y: values }: LineData) => ({ x: along.subarray(from, to), y: values.subarray(from, to) });
      return { colour: ink(line.colour), dash: line.dash ?? [], faint: line.faint ?? false, data: part(line.data), upper: line.upper ? part(line.upper) : null };
    }),
    inks: { surface: ink("var(--surface)"), line: ink("var(--line)"), muted: ink("var(--muted)"), error: ink("var(--err)") },
  };
}

/** The same scene with lines of its own, and what holds them: given to another thread, they take nothing along that they were a part of. */
export function detached(scene: PlotScene): { scene: PlotScene; held: ArrayBuffer[] } {
  const held: ArrayBuffer[] = [];
  const copied = (values: Float64Array) => {
    const copy = new Float64Array(values);
    held.push(copy.buffer);
    return copy;
  };
  const lines = scene.lines.map((line) => {
    const x = copied(line.data.x);
    return { ...line, data: { x, y: copied(line.data.y) }, upper: line.upper && { x, y: copied(line.upper.y) } };
  });
  return { scene: { ...scene, lines }, held };
}

export function scaleOf({ kind, range, start, end }: SceneAxis): Scale {
  return new Scale(kind, range, start, end);
}

function axisOf({ kind, range, start, end }: Scale): Omit<SceneAxis, "ticks"> {
  return { kind, range, start, end };
}
