import { lazy, type ReactNode, Suspense } from "react";
import { Skeleton } from "../states";
import styles from "./FileBrowser.module.css";
import type { FileEntry } from "./file-tree";

const FileTree = lazy(async () => ({ default: (await import("./FileTree")).FileTree }));

interface FileBrowserProps {
  label: string;
  files: readonly FileEntry[];
  selected: string | null;
  onOpen: (path: string) => void;
  actions: ReactNode;
  /** The selected file, or why there is none. */
  children: ReactNode;
}

/** A folder tree beside the file that is open. */
export function FileBrowser({ label, files, selected, onOpen, actions, children }: FileBrowserProps) {
  return (
    <div className={styles.browser}>
      <div className={styles.side}>
        {actions && <div className={styles.actions}>{actions}</div>}
        <div className={styles.tree}>
          <Suspense fallback={<Skeleton lines={4} />}>
            <FileTree label={label} files={files} selected={selected} onOpen={onOpen} />
          </Suspense>
        </div>
      </div>
      <section className={styles.main} aria-label={selected ?? label}>
        {children}
      </section>
    </div>
  );
}
