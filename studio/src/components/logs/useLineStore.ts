import { useEffect, useMemo, useState } from "react";
import type { TextSource } from "../../client/text-file";
import { LineSearch } from "./line-search";
import { LineStore } from "./line-store";
import type { LogPattern } from "./log-search";

/** A key that is not pressed again for so long begins a search. */
const SEARCH_AFTER_MS = 150;

/** The lines of `source`, read on whenever `revision` changes. Opens at line `at`, counted from 0, or at the end. */
export function useLineStore(source: TextSource, revision: string, at: number | null): LineStore {
  const [, setTurn] = useState(0);
  const store = useMemo(() => new LineStore(source, () => setTurn((turn) => turn + 1)), [source]);
  useEffect(() => store.check(store.ready ? null : at), [store, revision]);
  useEffect(() => () => store.stop(), [store]);
  return store;
}

/** The search for `pattern`, which goes on whenever `revision` changes; null while nothing is looked for. */
export function useLineSearch(source: TextSource, pattern: LogPattern | null, revision: string): LineSearch | null {
  const [, setTurn] = useState(0);
  const [search, setSearch] = useState<LineSearch | null>(null);
  useEffect(() => {
    if (pattern === null) {
      setSearch(null);
      return undefined;
    }
    const next = new LineSearch(source, pattern.query, () => {
      setSearch(next);
      setTurn((turn) => turn + 1);
    });
    const timer = setTimeout(() => void next.run(), SEARCH_AFTER_MS);
    return () => {
      clearTimeout(timer);
      next.stop();
    };
  }, [source, pattern]);
  useEffect(() => void search?.run(), [revision]);
  return search;
}
