import { Button, IconButton } from "../../../components/Button";
import { Segments, Select } from "../../../components/fields";
import { t } from "../../../text/text";
import { type Column, fieldOf } from "../column";
import { columnLabel } from "../column-look";
import { CHILD_LAYOUTS, DEFAULT_SORT, DENSITIES, type RunView } from "../run-view";
import { placeOf, pressed, SORT_KEYS_MAX, sortKeys, withoutKey } from "../sort-key";
import styles from "./panels.module.css";

const PINNED_MOST = 4;

interface LayoutPanelProps {
  view: RunView;
  columns: readonly Column[];
  onView: (view: RunView) => void;
}

/** How the list is laid out: nothing here changes which runs it has, but for the children. */
export function LayoutPanel({ view, columns, onView }: LayoutPanelProps) {
  const pins = Array.from({ length: PINNED_MOST + 1 }, (_, count) => [String(count), String(count)] as const);
  return (
    <div className={styles.panel}>
      <section>
        <h3>{t("layout.children")}</h3>
        <Segments label={t("layout.children")} choices={CHILD_LAYOUTS.map((each) => [each, t(`layout.children.${each}`)] as const)} value={view.children} onChange={(children) => onView({ ...view, children })} />
      </section>
      <section>
        <h3>{t("layout.density")}</h3>
        <Segments label={t("layout.density")} choices={DENSITIES.map((each) => [each, t(`layout.density.${each}`)] as const)} value={view.density} onChange={(density) => onView({ ...view, density })} />
      </section>
      <section>
        <h3>{t("layout.pinned")}</h3>
        <Select label={t("layout.pinned")} choices={pins} value={String(view.pinned)} onChange={(count) => onView({ ...view, pinned: Number(count) })} />
      </section>
      <OrderSection order={view.sort} columns={columns} onOrder={(sort) => onView({ ...view, sort })} />
      {Object.keys(view.widths).length > 0 && <Button onClick={() => onView({ ...view, widths: {} })}>{t("layout.widths")}</Button>}
    </div>
  );
}

/** The fields of the order, each to be turned and taken out, and what can be added. */
function OrderSection({ order, columns, onOrder }: { order: string; columns: readonly Column[]; onOrder: (order: string) => void }) {
  const keys = sortKeys(order);
  const labels = new Map<string, string>([["name", t("column.name")], ...columns.flatMap((column): [string, string][] => labelled(column))]);
  const others = [...labels].filter(([field]) => placeOf(order, field) === null);
  return (
    <section>
      <h3>{t("layout.order")}</h3>
      <ol className={styles.order} aria-label={t("layout.order")}>
        {keys.map((key, at) => {
          const isDown = key.startsWith("-");
          const field = isDown ? key.slice(1) : key;
          const name = labels.get(field) ?? field;
          return (
            <li key={field}>
              <span>{name}</span>
              <IconButton icon={isDown ? "arrowDown" : "arrowUp"} label={isDown ? t("layout.order.up", { name }) : t("layout.order.down", { name })} onClick={() => onOrder(pressed(order, field, true))} />
              <IconButton icon="close" label={t("layout.order.remove", { name })} onClick={() => onOrder(withoutKey(order, at) ?? DEFAULT_SORT)} />
            </li>
          );
        })}
      </ol>
      {others.length > 0 && keys.length < SORT_KEYS_MAX && (
        <Select label={t("layout.order.add")} choices={[["", t("layout.order.add")], ...others]} value="" onChange={(field) => field !== "" && onOrder(pressed(order, field, true))} />
      )}
    </section>
  );
}

function labelled(column: Column): [string, string][] {
  const { label, detail } = columnLabel(column);
  const field = fieldOf(column);
  return field === null ? [] : [[field, detail ? `${label} (${detail})` : label]];
}
