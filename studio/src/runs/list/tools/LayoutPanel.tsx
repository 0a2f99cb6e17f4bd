import { Button } from "../../../components/Button";
import { Segments, Select } from "../../../components/fields";
import { t } from "../../../text/text";
import { CHILD_LAYOUTS, DENSITIES, type RunView } from "../run-view";
import styles from "./panels.module.css";

const PINNED_MOST = 4;

/** How the list is laid out: nothing here changes which runs it has, but for the children. */
export function LayoutPanel({ view, onView }: { view: RunView; onView: (view: RunView) => void }) {
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
      {Object.keys(view.widths).length > 0 && <Button onClick={() => onView({ ...view, widths: {} })}>{t("layout.widths")}</Button>}
    </div>
  );
}
