import type { RefObject } from "react";
import { t } from "../../text/text";
import { IconButton } from "../Button";
import type { LineChartHandle } from "./LineChart";

/** What dragging and the wheel do, as buttons. */
export function ZoomTools({ name, zoomed, handle, onReset }: { name: string; zoomed: boolean; handle: RefObject<LineChartHandle | null>; onReset: () => void }) {
  return (
    <>
      {zoomed && <IconButton icon="chevronLeft" label={t("chart.moveLeft", { name })} onClick={() => handle.current?.move(-0.5)} />}
      {zoomed && <IconButton icon="chevronRight" label={t("chart.moveRight", { name })} onClick={() => handle.current?.move(0.5)} />}
      <IconButton icon="zoomIn" label={t("chart.zoomIn", { name })} onClick={() => handle.current?.zoom(0.5)} />
      {zoomed && <IconButton icon="zoomOut" label={t("chart.zoomOut", { name })} onClick={() => handle.current?.zoom(2)} />}
      {zoomed && <IconButton icon="refresh" label={t("chart.zoomReset", { name })} onClick={onReset} />}
    </>
  );
}
