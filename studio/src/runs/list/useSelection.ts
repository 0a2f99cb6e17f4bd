import { useMemo, useRef, useState } from "react";
import { Written } from "../../components/written";

export interface Selection {
  ids: readonly string[];
  has: ReadonlySet<string>;
  change: (runIds: readonly string[], on: boolean) => void;
  set: (runIds: readonly string[]) => void;
}

/**
 * The selected runs. The address keeps them while they are few (see `SELECTED_IN_ADDRESS_MAX`); more of them live as long as the page.
 */
export function useSelection(inAddress: readonly string[], tell: (ids: string[]) => void): Selection {
  const [ids, setIds] = useState<readonly string[]>(inAddress);
  const arrived = inAddress.join(" ");
  const written = useRef(new Written(arrived));
  const seen = useRef(arrived);
  if (arrived !== seen.current) {
    seen.current = arrived;
    // Back, forward or a saved view: the address is newer than what is held here.
    if (!written.current.came(arrived) && arrived !== "") setIds(inAddress);
  }
  const has = useMemo(() => new Set(ids), [ids]);
  const set = (next: readonly string[]) => {
    written.current.last = next.join(" ");
    setIds(next);
    tell([...next]);
  };
  const change = (runIds: readonly string[], on: boolean) => {
    const next = new Set(ids);
    for (const id of runIds) on ? next.add(id) : next.delete(id);
    set([...next]);
  };
  return { ids, has, change, set };
}
