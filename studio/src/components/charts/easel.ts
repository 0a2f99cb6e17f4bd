import { inkOf } from "./ink";
import { drawScene } from "./plot-draw";
import type { PlotScene, SceneSize } from "./plot-scene";

/** What charts are drawn with: a canvas of the page, or one beside it. */
export type Pencil = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Where a chart is drawn. Lengths are in pixels of the page. */
export interface Surface {
  context: Pencil;
  width: number;
  height: number;
  /** Pixels of the screen in one of the page. */
  ratio: number;
  /** What a CSS colour is here. */
  ink: (colour: string) => string;
}

let easel: OffscreenCanvas | null = null;

/**
 * Draws beside the page and puts the finished picture into `canvas`, which must have no context of another kind. A browser that draws
 * without a graphics card copies every canvas with a drawing context anew in each frame in which anything moves, and a picture never.
 */
export function paint(canvas: HTMLCanvasElement, scene: PlotScene): void {
  const [wide, high] = pixelsOf(scene);
  easel ??= new OffscreenCanvas(wide, high);
  // What was drawn before went with its picture: the easel is empty.
  resize(easel, wide, high);
  const context = easel.getContext("2d");
  const shown = canvas.getContext("bitmaprenderer");
  if (!context || !shown) return;
  drawScene(context, scene);
  resize(canvas, wide, high);
  shown.transferFromImageBitmap(easel.transferToImageBitmap());
}

/** A canvas outside of the page with a scene on it. */
export function sketch(scene: PlotScene): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  resize(canvas, ...pixelsOf(scene));
  const context = canvas.getContext("2d");
  if (context) drawScene(context, scene);
  return canvas;
}

/** An empty `canvas` to draw on in place: for what changes with every move of the pointer and is soon taken away. */
export function drawnOn(canvas: HTMLCanvasElement, width: number, height: number): Surface | null {
  const ratio = screenRatio();
  resize(canvas, ...pixelsOf({ width, height, ratio }));
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height, ratio, ink: (colour) => inkOf(colour, canvas) };
}

/** Pixels of the screen in one of the page. */
export function screenRatio(): number {
  return devicePixelRatio || 1;
}

/** The pixels of a picture, at least one. */
export function pixelsOf({ width, height, ratio }: SceneSize): [number, number] {
  return [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
}

/** Setting a length empties a canvas, also when it stays the same. */
export function resize(canvas: HTMLCanvasElement | OffscreenCanvas, wide: number, high: number): void {
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
}
