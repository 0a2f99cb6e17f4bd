import type { ComputeNode, ComputePlace } from "../client/compute-target";
import { formatCount } from "../components/format";
import { RunLink } from "../runs/RunLink";
import { t } from "../text/text";
import styles from "./NodeList.module.css";

/** The machines of a target, each with the run that has each of its slots. */
export function NodeList({ nodes }: { nodes: readonly ComputeNode[] }) {
  return (
    <section className={styles.nodes}>
      <h3>{t("compute.nodes.title")}</h3>
      {nodes.map((node) => (
        <Node key={node.name} node={node} />
      ))}
    </section>
  );
}

function Node({ node }: { node: ComputeNode }) {
  const places = node.places ?? [];
  const children = places.filter((place) => place.depth > 0);
  const runs = places.filter((place) => place.depth === 0);
  const all = typeof node.slots === "number" ? node.slots : null;
  const count = (used: number) => ({ used: formatCount(used), all: all === null ? "∞" : formatCount(all) });
  return (
    <article className={styles.node} aria-label={node.name}>
      <header>
        <strong>{node.name}</strong>
        <span className={styles.muted}>{t(places.length > 0 ? "compute.node.busy" : "compute.node.idle")}</span>
        <span className={styles.muted}>{t("compute.node.slots", count(runs.length))}</span>
      </header>
      <Places label={t("compute.node.places", { name: node.name })} places={runs} free={all === null ? 0 : Math.max(0, all - runs.length)} />
      {children.length > 0 && (
        <>
          <p className={styles.muted}>{t("compute.node.children", count(children.length))}</p>
          <Places label={t("compute.node.childPlaces", { name: node.name })} places={children} free={0} />
        </>
      )}
    </article>
  );
}

/** The slots that are taken, each with its run, and how many are free. */
function Places({ label, places, free }: { label: string; places: readonly ComputePlace[]; free: number }) {
  return (
    <ul className={styles.places} aria-label={label}>
      {places.map((place, index) => (
        <li key={place.run_id ?? index} className={styles.taken}>
          {place.run_id !== null ? <RunLink run={{ id: place.run_id, display_name: place.display_name ?? place.run_id }} /> : <span className={styles.muted}>{t("compute.node.foreign")}</span>}
          {place.gpus && place.gpus.length > 0 && <span className={styles.gpus}>{t("compute.node.gpus", { ids: place.gpus.join(", ") })}</span>}
        </li>
      ))}
      {free > 0 && <li className={styles.free}>{t("compute.node.free", { count: free })}</li>}
    </ul>
  );
}
