import { pixelsOf, resize } from "./easel";
import { drawScene } from "./plot-draw";
import type { SheetMessage } from "./sheet";

/** The global scope of a worker; the DOM library of TypeScript describes that of a page. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<SheetMessage>) => void) | null;
}

declare const self: WorkerScope;

const sheets = new Map<number, { canvas: OffscreenCanvas; context: OffscreenCanvasRenderingContext2D }>();

self.onmessage = ({ data }) => {
  if (data.type === "gone") sheets.delete(data.id);
  else if (data.type === "sheet") {
    // Nothing shines through a chart.
    const context = data.canvas.getContext("2d", { alpha: false });
    if (context) sheets.set(data.id, { canvas: data.canvas, context });
  } else {
    const sheet = sheets.get(data.id);
    if (!sheet) return;
    resize(sheet.canvas, ...pixelsOf(data.scene));
    drawScene(sheet.context, data.scene);
  }
};
