import { useMemo, useState } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Collection } from "react-aria-components/Collection";
import { type Key, Tree, TreeItem, TreeItemContent } from "react-aria-components/Tree";
import { t } from "../../text/text";
import { formatBytes, formatCount } from "../format";
import { Icon, type IconName } from "../Icon";
import styles from "./FileTree.module.css";
import { fileKind } from "./file-kind";
import { type FileEntry, fileCount, foldersAbove, type TreeNode, treeOf } from "./file-tree";

interface FileTreeProps {
  label: string;
  files: readonly FileEntry[];
  selected: string | null;
  onOpen: (path: string) => void;
}

/** Up to this many files every folder is open at first. */
const OPEN_ALL_BELOW = 60;

export function FileTree({ label, files, selected, onOpen }: FileTreeProps) {
  const nodes = useMemo(() => treeOf(files), [files]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const folders = useMemo(() => foldersOf(nodes), [nodes]);
  const openAtFirst = useMemo(() => new Set(files.length < OPEN_ALL_BELOW ? folders : nodes.map((node) => node.path)), [files.length, folders, nodes]);
  const expanded = useMemo(() => {
    const above = selected === null ? [] : foldersAbove(selected);
    return new Set(folders.filter((path) => !closed.has(path) && (opened.has(path) || openAtFirst.has(path) || above.includes(path))));
  }, [folders, closed, opened, openAtFirst, selected]);

  const onExpandedChange = (keys: Set<Key>) => {
    setClosed(new Set(folders.filter((path) => !keys.has(path))));
    setOpened(new Set(folders.filter((path) => keys.has(path))));
  };
  return (
    <Tree
      aria-label={label}
      items={nodes}
      className={styles.tree ?? ""}
      selectionMode="single"
      selectionBehavior="replace"
      disallowEmptySelection
      selectedKeys={selected === null ? [] : [selected]}
      expandedKeys={expanded}
      onExpandedChange={onExpandedChange}
      onSelectionChange={(keys) => {
        const key = keys === "all" ? undefined : [...keys][0];
        if (typeof key === "string" && key !== selected && !folders.includes(key)) onOpen(key);
      }}
      onAction={(key) => {
        const path = String(key);
        if (folders.includes(path)) onExpandedChange(new Set(expanded.has(path) ? [...expanded].filter((each) => each !== path) : [...expanded, path]));
        else onOpen(path);
      }}
    >
      {(node: TreeNode) => <Branch id={node.path} node={node} />}
    </Tree>
  );
}

/** `id` is what the tree knows the branch by; without it a new file would take the place of another one. */
function Branch({ id, node }: { id: string; node: TreeNode }) {
  const isFolder = node.sizeBytes === null;
  return (
    <TreeItem id={id} textValue={node.name} className={styles.item ?? ""}>
      <TreeItemContent>
        {({ level, isExpanded }) => (
          <div className={styles.content} style={{ paddingLeft: 8 + (level - 1) * 16 }} title={node.path}>
            {isFolder ? (
              <AriaButton slot="chevron" className={styles.chevron ?? ""}>
                <Icon name={isExpanded ? "chevronDown" : "chevronRight"} size={12} />
              </AriaButton>
            ) : (
              <span className={styles.chevron} />
            )}
            <Icon name={isFolder ? "folder" : iconOf(node.path)} size={14} />
            <span className={styles.name}>{node.name}</span>
            <span className={styles.size}>{isFolder ? t("files.count", { count: formatCount(fileCount(node)) }) : formatBytes(node.sizeBytes ?? 0)}</span>
          </div>
        )}
      </TreeItemContent>
      <Collection items={node.children}>{(child: TreeNode) => <Branch id={child.path} node={child} />}</Collection>
    </TreeItem>
  );
}

function iconOf(path: string): IconName {
  return fileKind(path) === "image" ? "image" : "file";
}

function foldersOf(nodes: readonly TreeNode[]): string[] {
  return nodes.flatMap((node) => (node.sizeBytes === null ? [node.path, ...foldersOf(node.children)] : []));
}
