import { formatCount } from "../../components/format";
import { t } from "../../text/text";
import styles from "./ImagesTab.module.css";
import type { ConfusionMatrix } from "./logged-file";

/** A confusion matrix as a table: true classes down, predicted ones across, shaded by the share of the row. */
export function ConfusionTable({ matrix, label }: { matrix: ConfusionMatrix; label: string }) {
  return (
    <div className={styles.matrix} tabIndex={0} role="region" aria-label={label}>
      <table>
        <caption>{t("confusion.caption")}</caption>
        <thead>
          <tr>
            <td />
            {matrix.labels.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.counts.map((row, index) => {
            const total = row.reduce((sum, count) => sum + count, 0) || 1;
            return (
              <tr key={matrix.labels[index]}>
                <th scope="row">{matrix.labels[index]}</th>
                {row.map((count, column) => (
                  <td
                    key={matrix.labels[column] ?? column}
                    data-diagonal={index === column}
                    style={{ background: `color-mix(in srgb, var(--accent) ${Math.round((count / total) * 40)}%, transparent)` }}
                    title={t("confusion.cell", { actual: matrix.labels[index] ?? "", predicted: matrix.labels[column] ?? "", share: Math.round((count / total) * 100) })}
                  >
                    {formatCount(count)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
