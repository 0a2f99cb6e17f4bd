/** A folder or file of a tree. A folder's `path` has no slash at the end; only a file has a size. */
export interface TreeNode {
  path: string;
  name: string;
  sizeBytes: number | null;
  children: TreeNode[];
}

export interface FileEntry {
  path: string;
  size_bytes: number;
}

/** Arranges paths as a tree: folders before files, each in the order of their names, numbers by value. */
export function treeOf(files: readonly FileEntry[]): TreeNode[] {
  const root: TreeNode = { path: "", name: "", sizeBytes: null, children: [] };
  const folders = new Map<string, TreeNode>([["", root]]);
  for (const file of files) {
    const folder = folderAt(folders, file.path.slice(0, Math.max(0, file.path.lastIndexOf("/"))));
    folder.children.push({ path: file.path, name: lastPart(file.path), sizeBytes: file.size_bytes, children: [] });
  }
  for (const folder of folders.values()) folder.children.sort(byKindAndName);
  return root.children;
}

/** The folders above a path, outermost first. */
export function foldersAbove(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

function folderAt(folders: Map<string, TreeNode>, path: string): TreeNode {
  const known = folders.get(path);
  if (known) return known;
  const made: TreeNode = { path, name: lastPart(path), sizeBytes: null, children: [] };
  folders.set(path, made);
  folderAt(folders, path.slice(0, Math.max(0, path.lastIndexOf("/")))).children.push(made);
  return made;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

const byName = new Intl.Collator(undefined, { numeric: true });

function byKindAndName(left: TreeNode, right: TreeNode): number {
  const kind = Number(left.sizeBytes !== null) - Number(right.sizeBytes !== null);
  return kind || byName.compare(left.name, right.name);
}

/** How many files a node holds, itself included. */
export function fileCount(node: TreeNode): number {
  return node.sizeBytes !== null ? 1 : node.children.reduce((sum, child) => sum + fileCount(child), 0);
}
