/** What a run is called where it stands below another: without that one's name, which the names of children begin with. */
export function nameBelow(name: string, above: string | null): string {
  const start = `${above}>`;
  return above !== null && name.startsWith(start) && name.length > start.length ? name.slice(start.length) : name;
}
