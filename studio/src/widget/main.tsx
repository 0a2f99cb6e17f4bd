import { createRoot } from "react-dom/client";
import "../components/tokens.css";
import { activateLocale, localeOf } from "../text/text";
import type { WidgetModel } from "./model";
import { RunWidget } from "./RunWidget";

interface RenderProps {
  model: WidgetModel;
  el: HTMLElement;
}

/** What anywidget calls for each display of the widget; it calls what is returned when the display goes away. */
async function render({ model, el }: RenderProps): Promise<() => void> {
  await activateLocale(localeOf(navigator.languages));
  const root = createRoot(el);
  root.render(<RunWidget model={model} />);
  return () => root.unmount();
}

export default { render };
