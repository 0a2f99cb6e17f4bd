/** Substring by default, whatever the case; `/expression/` for a regular expression. One that cannot be read matches as text. */
export function nameFilter(find: string): (name: string) => boolean {
  const expression = /^\/(.+)\/$/.exec(find)?.[1];
  if (expression !== undefined) {
    try {
      const regex = new RegExp(expression, "i");
      return (name) => regex.test(name);
    } catch {
      // Still being typed.
    }
  }
  const wanted = find.toLowerCase();
  return (name) => name.toLowerCase().includes(wanted);
}
