import type { ReactNode } from "react";
import { ErrorState, Skeleton } from "./states";
import tableStyles from "./table.module.css";

/** A column's head. `hidden` ones are read aloud only: what is below explains itself to the eye. */
export interface ListingHead {
  label: string;
  numeric?: boolean;
  hidden?: boolean;
  /** Left out where the window is narrow; its cells have `tableStyles.wide` too. */
  wide?: boolean;
  /** In a table of fixed layout; `narrow` where the window is. */
  width?: string;
  narrow?: string;
}

interface ListingProps<Item> {
  /** Names the table. */
  label: string;
  heads: readonly ListingHead[];
  /** Undefined until they are read. */
  items: readonly Item[] | undefined;
  /** Why they could not be read. What was read before stays. */
  error: unknown;
  onRetry: () => void;
  /** Shown when there is none. */
  empty: ReactNode;
  /** A row of the table, with its key. */
  row: (item: Item) => ReactNode;
}

/** A table that fills a page, whatever its state. */
export function Listing<Item>({ label, heads, items, error, onRetry, empty, row }: ListingProps<Item>) {
  if (!items) return error ? <ErrorState error={error} onRetry={onRetry} /> : <Pending />;
  if (items.length === 0) return empty;
  return (
    <div className={tableStyles.box}>
      <table className={tableStyles.table}>
        <caption className="visually-hidden">{label}</caption>
        <TableHead heads={heads} />
        <tbody>{items.map(row)}</tbody>
      </table>
    </div>
  );
}

export function TableHead({ heads }: { heads: readonly ListingHead[] }) {
  return (
    <thead>
      <tr>
        {heads.map(({ label, numeric, hidden, wide, width, narrow }) => (
          <th key={label} scope="col" className={`${numeric ? tableStyles.numeric : ""} ${wide ? tableStyles.wide : ""}`} style={{ width, "--narrow": narrow }}>
            {hidden ? <span className="visually-hidden">{label}</span> : label}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Pending() {
  return (
    <div className={tableStyles.pending}>
      <Skeleton lines={6} />
    </div>
  );
}
