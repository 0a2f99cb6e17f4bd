import styles from "./TagList.module.css";

type Tags = Readonly<Record<string, string | null>>;

/** Tags as chips. A bare tag has only its name. */
export function TagList({ tags }: { tags: Tags }) {
  const entries = Object.entries(tags);
  if (entries.length === 0) return null;
  return (
    <span className={styles.tags}>
      {entries.map(([key, value]) => (
        <TagChip key={key} name={key} value={value} />
      ))}
    </span>
  );
}

export function TagChip({ name, value, children }: { name: string; value: string | null; children?: React.ReactNode }) {
  return (
    <span className={styles.chip} title={value === null ? name : `${name}: ${value}`}>
      <span className={styles.name}>{name}</span>
      {value !== null && <span className={styles.value}>{value}</span>}
      {children}
    </span>
  );
}
