import styles from "./DayBars.module.css";

interface DayBarsProps {
  /** One number a day, the oldest first. */
  counts: readonly number[];
  /** The same in words. */
  label: string;
}

const WIDTH = 120;
const HEIGHT = 20;

/** A small bar a day, as high as the day's share of the busiest one; a day with anything at all shows. */
export function DayBars({ counts, label }: DayBarsProps) {
  const most = Math.max(...counts, 1);
  const step = WIDTH / Math.max(1, counts.length);
  return (
    <svg className={styles.bars} role="img" aria-label={label} width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
      <title>{label}</title>
      <path className={styles.ground} d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
      {counts.map((count, day) => count > 0 && <rect key={day} {...barOf(count, most, day * step, step)} />)}
    </svg>
  );
}

function barOf(count: number, most: number, x: number, step: number): { x: number; y: number; width: number; height: number } {
  const height = Math.max(2, Math.round((count / most) * (HEIGHT - 1)));
  return { x, y: HEIGHT - height, width: Math.max(1, step - 1), height };
}
