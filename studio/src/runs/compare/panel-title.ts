import type { Panel } from "./compare-state";
import { fieldName, parseField } from "./run-value";

/** What stands over a chart, and what a search for charts looks at. */
export function panelTitle(panel: Panel): string {
  const names = panel.fields.map((text) => {
    const field = parseField(text);
    return field === null ? text : fieldName(field);
  });
  switch (panel.kind) {
    case "lines":
      return (panel.fields[0] ?? "").replace(/^=/, "");
    case "bars":
    case "box":
      return names.join(", ");
    case "scatter":
      return [...names].reverse().join(" / ");
    case "parallel":
      return names.join(" · ");
    case "confusion":
    case "images":
    case "table":
      return panel.fields[0] ?? "";
  }
}
