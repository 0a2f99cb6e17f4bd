import { useEffect, useRef, useState } from "react";
import { RUN_STATUSES, type RunStatus } from "../../client/run";
import { Checkbox, SearchField } from "../../components/fields";
import { Icon } from "../../components/Icon";
import { LazyPopoverButton } from "../../components/LazyPopoverButton";
import { StatusBadge } from "../../components/StatusBadge";
import { t } from "../../text/text";
import styles from "./RunTable.module.css";
import type { RunView } from "./run-view";

const TYPING_PAUSE_MS = 150;

interface FilterBarProps {
  view: RunView;
  onView: (view: RunView, replace: boolean) => void;
  /** What the list takes in when child runs are asked for, too. */
  childrenLabel: string;
}

export function FilterBar({ view, onView, childrenLabel }: FilterBarProps) {
  const text = useTyped(view.text, (next) => onView({ ...view, text: next }, true));
  const toggleStatus = (status: RunStatus) => {
    const without = view.status.filter((each) => each !== status);
    onView({ ...view, status: without.length === view.status.length ? [...without, status] : without }, false);
  };
  return (
    <div className={styles.filters} role="search">
      <SearchField label={t("runs.search")} value={text.value} onChange={text.type} />
      <LazyPopoverButton icon="filter" title={t("runs.filter.status")} active={view.status.length > 0} label={view.status.length > 0 ? t("runs.filter.statusCount", { count: view.status.length }) : t("runs.filter.status")}>
        {RUN_STATUSES.map((status) => (
          <Checkbox key={status} label={<StatusBadge status={status} plain />} checked={view.status.includes(status)} onChange={() => toggleStatus(status)} />
        ))}
      </LazyPopoverButton>
      <Checkbox label={childrenLabel} checked={view.children} onChange={() => onView({ ...view, children: !view.children }, false)} />
      {view.tags.map(([key, value]) => (
        <FilterChip key={key} text={value === null ? key : `${key} = ${value}`} onRemove={() => onView({ ...view, tags: view.tags.filter(([other]) => other !== key) }, false)} />
      ))}
      {view.target !== null && <FilterChip text={t("runs.filter.target", { name: view.target })} onRemove={() => onView({ ...view, target: null }, false)} />}
    </div>
  );
}

function FilterChip({ text, onRemove }: { text: string; onRemove: () => void }) {
  return (
    <span className={styles.chip}>
      {text}
      <button type="button" aria-label={t("runs.filter.remove", { filter: text })} onClick={onRemove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}

/** What is being typed, told on after a pause; a change from outside (Back, a cleared filter) replaces it. */
function useTyped(value: string, tell: (value: string) => void): { value: string; type: (value: string) => void } {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latestTell = useRef(tell);
  useEffect(() => {
    latestTell.current = tell;
  });
  useEffect(() => setTyped(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (next: string) => {
    setTyped(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => latestTell.current(next), TYPING_PAUSE_MS);
  };
  return { value: typed, type };
}
