import { saveBlob } from "./csv";
import { inkOf } from "./ink";

export interface PictureLabel {
  text: string;
  colour: string;
}

const PAD = 12;
const TITLE_HEIGHT = 28;
const ROW_HEIGHT = 18;
const MOST_LABELS = 40;

/** Hands the chart to the reader as a PNG file, with its title above and the names of its lines below. */
export function savePicture(title: string, chart: HTMLCanvasElement | null, labels: readonly PictureLabel[]): void {
  if (!chart) return;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [chart.width / ratio, chart.height / ratio];
  const shown = labels.slice(0, MOST_LABELS);
  const canvas = document.createElement("canvas");
  canvas.width = chart.width + 2 * PAD * ratio;
  canvas.height = chart.height + (2 * PAD + TITLE_HEIGHT + shown.length * ROW_HEIGHT) * ratio;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(ratio, ratio);
  context.fillStyle = inkOf("var(--surface)");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = inkOf("var(--text)");
  context.font = "600 14px system-ui, sans-serif";
  context.fillText(title, PAD, PAD + 14, width);
  context.drawImage(chart, PAD, PAD + TITLE_HEIGHT, width, height);
  context.font = "12px system-ui, sans-serif";
  for (const [index, label] of shown.entries()) {
    const y = PAD + TITLE_HEIGHT + height + index * ROW_HEIGHT + 12;
    context.fillStyle = inkOf(label.colour);
    context.fillRect(PAD, y - 8, 16, 8);
    context.fillStyle = inkOf("var(--text)");
    context.fillText(label.text, PAD + 24, y);
  }
  canvas.toBlob((blob) => {
    if (blob) saveBlob(`${title.replaceAll("/", "_")}.png`, blob);
  }, "image/png");
}
