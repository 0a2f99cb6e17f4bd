/**
 * Runs each named task at most once an interval: at once when it has rested, and otherwise once at the end of the interval, however often it
 * was asked for.
 */
export class Coalescer {
  private readonly lastRun = new Map<string, number>();
  private readonly waiting = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  schedule(name: string, intervalMs: number, task: () => void): void {
    if (this.waiting.has(name)) return;
    const wait = (this.lastRun.get(name) ?? Number.NEGATIVE_INFINITY) + intervalMs - this.now();
    if (wait <= 0) {
      this.run(name, task);
      return;
    }
    this.waiting.set(
      name,
      setTimeout(() => {
        this.waiting.delete(name);
        this.run(name, task);
      }, wait),
    );
  }

  cancelAll(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }

  private run(name: string, task: () => void): void {
    this.lastRun.set(name, this.now());
    task();
  }
}
