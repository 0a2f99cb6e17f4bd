/** A page that has not come by then keeps nothing else waiting. */
const AT_MOST_MS = 1000;

let isComing = false;
let tell: () => void = () => undefined;
const shown = new Promise<void>((done) => {
  tell = done;
});

/** The first page will say when it shows what it is for: until then the rest waits. */
export function expectFirstContent(): void {
  isComing = true;
}

/** The page shows what it is for. */
export function firstContentIsShown(): void {
  tell();
}

/** When the first page shows what it is for; at once where it does not say so. */
export async function afterFirstContent(): Promise<void> {
  if (isComing) await Promise.race([shown, new Promise<void>((done) => setTimeout(done, AT_MOST_MS))]);
}
