import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { viewsQuery } from "../../client/view";
import { useWorkspace } from "../../client/workspace";
import { Panel } from "../../components/Panel";
import { t } from "../../text/text";
import { usePinnedViews } from "./pinned-views";
import { placeName } from "./view-place";
import styles from "./PinnedViews.module.css";

/** The views that the reader has pinned; nothing at all when there are none, or none of them is left. */
export function PinnedViews() {
  const workspace = useWorkspace();
  const pinned = usePinnedViews(workspace);
  const views = useQuery({ ...viewsQuery(workspace), enabled: pinned.length > 0 });
  const shown = pinned.flatMap((id) => views.data?.find((view) => view.id === id) ?? []);
  if (shown.length === 0) return null;
  return (
    <Panel title={t("views.pinned")} actions={<Link to="/views">{t("views.all")}</Link>}>
      <ul className={styles.list}>
        {shown.map((view) => (
          <li key={view.id}>
            <Link to="/v/$viewId" params={{ viewId: view.id }}>
              {view.name}
            </Link>
            <span className={styles.of}>{placeName(view)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
