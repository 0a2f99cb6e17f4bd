import { useEffect, useRef, useState } from "react";

/**
 * What was written somewhere that takes its time, such as the address. It comes back a moment later, or is passed over for something newer; all
 * else that comes is from somewhere else: Back, Forward, or a link.
 */
export class Written {
  private pending: (string | undefined)[];

  constructor(first: string | undefined) {
    this.pending = [first];
  }

  get last(): string | undefined {
    return this.pending.at(-1);
  }

  set last(text: string | undefined) {
    this.pending.push(text);
  }

  /** Tells whether `text`, which is there now, was written here and nothing else came since. */
  came(text: string | undefined): boolean {
    const at = this.pending.lastIndexOf(text);
    this.pending = at < 0 ? [text] : this.pending.slice(at);
    return at >= 0;
  }
}

/** A text that is being typed and told of, and comes back as `value` in its own time: what is typed on meanwhile stays. Another `value` replaces it. */
export function useOwnText(value: string, tell: (text: string) => void): { text: string; show: (text: string) => void; say: (text: string) => void } {
  const [text, show] = useState(value);
  const written = useRef(new Written(value));
  useEffect(() => {
    if (!written.current.came(value)) show(value);
  }, [value]);
  const say = (next: string) => {
    written.current.last = next;
    tell(next);
  };
  return { text, show, say };
}
