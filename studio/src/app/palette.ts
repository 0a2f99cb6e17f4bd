/** Something that the command palette leads to or does. */
export interface Command {
  id: string;
  label: string;
  /** Said beside the label: what kind of thing it is. */
  hint: string;
  run: () => void;
}

/** The commands that match what was typed, best first: those that begin with it, then those with a word that does, then the rest. */
export function matchingCommands(commands: readonly Command[], typed: string): Command[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === "") return [...commands];
  const ranked = commands.flatMap((command) => {
    const label = command.label.toLowerCase();
    const at = label.indexOf(wanted);
    if (at < 0) return [];
    return [{ command, rank: at === 0 ? 0 : /[\s/_-]/.test(label[at - 1] ?? "") ? 1 : 2 }];
  });
  return ranked.sort((left, right) => left.rank - right.rank).map(({ command }) => command);
}
