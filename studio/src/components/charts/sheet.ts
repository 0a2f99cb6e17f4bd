import { paint } from "./easel";
import { detached, type PlotScene } from "./plot-scene";
import { startDrawing } from "./worker-start";

/** What the page tells the worker that draws: a sheet that it has from now on, what to draw on it, or that it is gone. */
export type SheetMessage = { type: "sheet"; id: number; canvas: OffscreenCanvas } | { type: "draw"; id: number; scene: PlotScene } | { type: "gone"; id: number };

/** Where a chart is drawn: a canvas of the page, to be put into it once. */
export interface Sheet {
  readonly canvas: HTMLCanvasElement;
  /** Shows a scene, at once or as soon as it is drawn. */
  show(scene: PlotScene): void;
  close(): void;
}

/** Undefined until the first chart is there; null when the page draws. */
let worker: Worker | null | undefined;
let nextId = 1;
const sheets = new Map<number, WorkerSheet>();

export function newSheet(): Sheet {
  worker ??= worker === null ? null : started();
  return worker === null ? new PageSheet() : new WorkerSheet(worker);
}

function started(): Worker | null {
  const begun = startDrawing();
  // It could not be loaded, or has failed: the page draws by itself from now on.
  if (begun !== null) begun.onerror = () => {
    begun.terminate();
    worker = null;
    for (const sheet of sheets.values()) sheet.takeOver();
    sheets.clear();
  };
  return begun;
}

/** Drawn by the page. */
class PageSheet implements Sheet {
  constructor(readonly canvas = document.createElement("canvas")) {}

  show(scene: PlotScene): void {
    paint(this.canvas, scene);
  }

  close(): void {
    this.canvas.remove();
  }
}

/** Drawn by the worker, whose pictures go to the screen without the page: many charts that grow hold up neither scrolling nor typing. */
class WorkerSheet implements Sheet {
  canvas = document.createElement("canvas");
  private readonly id = nextId++;
  private scene: PlotScene | null = null;
  private own: PageSheet | null = null;

  constructor(private readonly worker: Worker) {
    const offscreen = this.canvas.transferControlToOffscreen();
    sheets.set(this.id, this);
    this.post({ type: "sheet", id: this.id, canvas: offscreen }, [offscreen]);
  }

  show(scene: PlotScene): void {
    if (this.own) {
      this.own.show(scene);
      return;
    }
    this.scene = scene;
    const { scene: copy, held } = detached(scene);
    this.post({ type: "draw", id: this.id, scene: copy }, held);
  }

  close(): void {
    this.canvas.remove();
    if (sheets.delete(this.id)) this.post({ type: "gone", id: this.id }, []);
  }

  /** A canvas that was given to the worker cannot be taken back: another one comes into its place. */
  takeOver(): void {
    const given = this.canvas;
    this.canvas = document.createElement("canvas");
    this.canvas.style.cssText = given.style.cssText;
    given.replaceWith(this.canvas);
    this.own = new PageSheet(this.canvas);
    if (this.scene) this.own.show(this.scene);
  }

  private post(message: SheetMessage, held: Transferable[]): void {
    this.worker.postMessage(message, held);
  }
}
