import { memo } from "react";
import { t } from "../../text/text";
import { Checkbox, Segments, Select } from "../fields";
import styles from "./LineSettingsBar.module.css";
import { SMOOTHING_MAX, smoothingOf } from "./line-settings";

/** The settings of line charts as an address has them; what has its default is left out. */
export interface LineSearch {
  x?: string;
  /** The metric along x, when that is `metric`. */
  xm?: string;
  y?: string;
  ema?: string;
  clip?: string;
  xlog?: string;
}

/** What runs along the charts of a page, how y is scaled, how much is smoothed. With `metrics`, these may run along x too, and x may be logarithmic. */
export const LineSettingsBar = memo(function LineSettingsBar({ search, metrics, onChange }: { search: LineSearch; metrics?: readonly string[]; onChange: (next: LineSearch) => void }) {
  const smoothing = smoothingOf(search.ema);
  const along = search.x === "metric" ? (search.xm ?? "") : "";
  return (
    <>
      <Segments<"step" | "time" | "wall" | "metric">
        label={t("metrics.xAxis")}
        choices={[
          ["step", t("metrics.step")],
          ["time", t("metrics.time")],
          ["wall", t("metrics.wall")],
        ]}
        value={search.x === "time" || search.x === "wall" || search.x === "metric" ? search.x : "step"}
        onChange={(axis) => onChange({ x: axis === "step" ? undefined : axis, xm: undefined })}
      />
      {metrics && (
        <Select
          label={t("metrics.xMetric")}
          value={along}
          choices={[["", t("metrics.xMetric")] as const, ...metrics.map((name) => [name, t("metrics.along", { name })] as const)]}
          onChange={(name) => onChange(name === "" ? { x: undefined, xm: undefined } : { x: "metric", xm: name })}
        />
      )}
      {metrics && <Checkbox label={t("compare.logX")} checked={search.xlog === "1"} onChange={() => onChange({ xlog: search.xlog === "1" ? undefined : "1" })} />}
      <Checkbox label={t("metrics.log")} checked={search.y === "log"} onChange={() => onChange({ y: search.y === "log" ? undefined : "log" })} />
      <Checkbox label={t("metrics.clip")} checked={search.clip === "1"} onChange={() => onChange({ clip: search.clip === "1" ? undefined : "1" })} />
      <label className={styles.smoothing}>
        {t("metrics.smoothing")}
        <input type="range" min={0} max={SMOOTHING_MAX} step={0.01} value={smoothing} onChange={(event) => onChange({ ema: event.target.value === "0" ? undefined : event.target.value })} />
        <output>{smoothing.toFixed(2)}</output>
      </label>
    </>
  );
});
