import type { Range } from "../../client/series-window";

/** The parts of charts that are shown, by the chart's name, as texts of an address: `loss@100~200`. */
export function zoomTexts(windows: ReadonlyMap<string, Range>): string[] {
  return [...windows].map(([name, { low, high }]) => `${name}@${short(low, high - low)}~${short(high, high - low)}`);
}

export function parseZooms(texts: readonly string[]): Map<string, Range> {
  return new Map(
    texts.flatMap((text): [string, Range][] => {
      const match = /^(.+)@([^@~]+)~([^@~]+)$/s.exec(text);
      const range = { low: Number(match?.[2]), high: Number(match?.[3]) };
      return match?.[1] !== undefined && range.low < range.high ? [[match[1], range]] : [];
    }),
  );
}

/** As many digits as the length of the part needs: a hundred thousandth of it is less than a pixel. */
function short(value: number, length: number): number {
  const unit = 10 ** Math.floor(Math.log10(length) - 5);
  return unit >= 1 ? Math.round(value / unit) * unit : Number(value.toFixed(Math.min(100, Math.max(0, Math.round(-Math.log10(unit))))));
}
