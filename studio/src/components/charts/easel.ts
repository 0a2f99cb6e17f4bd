import { inkOf } from "./ink";

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
export function paint(canvas: HTMLCanvasElement, width: number, height: number, draw: (surface: Surface) => void): void {
  const [wide, high] = pixelsOf(width, height);
  easel ??= new OffscreenCanvas(wide, high);
  // What was drawn before went with its picture: the easel is empty.
  resize(easel, wide, high);
  const context = easel.getContext("2d");
  const shown = canvas.getContext("bitmaprenderer");
  if (!context || !shown) return;
  draw(surfaceOf(context, width, height, canvas));
  resize(canvas, wide, high);
  shown.transferFromImageBitmap(easel.transferToImageBitmap());
}

/** An empty `canvas` to draw on in place: for what changes with every move of the pointer and is soon taken away. */
export function drawnOn(canvas: HTMLCanvasElement, width: number, height: number): Surface | null {
  resize(canvas, ...pixelsOf(width, height));
  const context = canvas.getContext("2d");
  if (!context) return null;
  const surface = surfaceOf(context, width, height, canvas);
  context.clearRect(0, 0, width, height);
  return surface;
}

function surfaceOf(context: Pencil, width: number, height: number, place: HTMLCanvasElement): Surface {
  const ratio = devicePixelRatio || 1;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height, ratio, ink: (colour) => inkOf(colour, place) };
}

function pixelsOf(width: number, height: number): [number, number] {
  const ratio = devicePixelRatio || 1;
  return [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
}

/** Setting a length empties a canvas, also when it stays the same. */
function resize(canvas: HTMLCanvasElement | OffscreenCanvas, wide: number, high: number): void {
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
}
