import { createRef } from "react";
import { t } from "../../text/text";
import { formatCount } from "../format";
import { countNonFinite, type Figures, rangeOf } from "./figures";
import type { CardLines } from "./LineCard";

/** What a card says about its lines. It is written into its place: a card is not drawn anew for a figure that changes every second. */
export class CardWords {
  readonly last = createRef<HTMLElement>();
  readonly range = createRef<HTMLElement>();
  readonly points = createRef<HTMLElement>();
  readonly nonFinite = createRef<HTMLElement>();

  write({ line, others, count }: CardLines, figures: Figures | null, format: (value: number) => string): void {
    const shown = line.x.length;
    const range = others.length === 0 ? figures && { low: figures.min, high: figures.max } : rangeOf([line, ...others.map((each) => each.data)]);
    const nonFinite = figures?.nonFinite ?? countNonFinite(line);
    // The last value of one of several lines would pass for that of all.
    put(this.last, others.length > 0 ? "" : figures === null ? "–" : format(figures.last));
    put(this.range, range ? t("chart.range", { min: format(range.low), max: format(range.high) }) : "");
    put(this.points, count > shown ? t("chart.sampled", { shown: formatCount(shown), count: formatCount(count) }) : t("chart.points", { count: shown }));
    put(this.nonFinite, nonFinite > 0 ? t("chart.nonFinite", { count: nonFinite }) : "");
  }
}

/** A text that changes keeps its node: nothing but its own line is laid out anew. */
function put(place: { readonly current: HTMLElement | null }, text: string): void {
  const node = place.current?.firstChild;
  if (!node) place.current?.append(text);
  else if (node.nodeValue !== text) node.nodeValue = text;
}
