import type { ReactNode } from "react";
import styles from "./FactList.module.css";

/** Name–value pairs. Pairs whose value is null are left out. */
export function FactList({ facts, mono = false }: { facts: readonly (readonly [string, ReactNode])[]; mono?: boolean }) {
  return (
    <dl className={`${styles.facts} ${mono ? styles.mono : ""}`}>
      {facts
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
