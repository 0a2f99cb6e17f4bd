import { formatDuration, formatDurationTick, formatInstant, formatMetric } from "../format";
import { activeLocale, t } from "../../text/text";
import type { XKind } from "./line-data";

/** What stands at an axis and in a readout for a kind of x. */
export interface XAxis {
  /** Charts with the same share their cursor. */
  axis: string;
  timeTicks: boolean;
  /** `gap`: how far the ticks of an axis lie apart, so that no two read the same. */
  xText: (value: number, gap?: number) => string;
  xExact: (value: number) => string;
}

export function xAxis(kind: XKind, metric?: string): XAxis {
  switch (kind) {
    case "step":
      return { axis: "step", timeTicks: false, xText: formatMetric, xExact: (value) => `${t("metrics.step")} ${formatMetric(value)}` };
    case "relative":
      return { axis: "relative", timeTicks: true, xText: relativeText, xExact: (value) => relativeText(value) };
    case "wall":
      return { axis: "wall", timeTicks: true, xText: wallText, xExact: (value) => formatInstant(new Date(value * 1000).toISOString()) };
    case "metric":
      return { axis: `metric ${metric ?? ""}`, timeTicks: false, xText: formatMetric, xExact: (value) => `${metric ?? ""} ${formatMetric(value)}` };
  }
}

function relativeText(seconds: number, gap?: number): string {
  const text = (length: number) => (gap !== undefined && gap > 0 ? formatDurationTick(length, gap) : formatDuration(length));
  return seconds < 0 ? `−${text(-seconds)}` : text(seconds);
}

/** Midnight is a date; any other time is a time. */
function wallText(seconds: number, gap?: number): string {
  if (gap !== undefined && gap < 1) {
    const digits = gap < 0.01 ? 3 : gap < 0.1 ? 2 : 1;
    return new Intl.DateTimeFormat(activeLocale(), { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: digits }).format(new Date(seconds * 1000));
  }
  const date = new Date(seconds * 1000);
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
  const options: Intl.DateTimeFormatOptions = isMidnight ? { month: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit", ...(date.getSeconds() === 0 ? {} : { second: "2-digit" }) };
  return new Intl.DateTimeFormat(activeLocale(), options).format(date);
}
