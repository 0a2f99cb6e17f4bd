import { type RefObject, useEffect, useState } from "react";

/** Half a screen: what is about to be scrolled to is ready in time. */
const MARGIN = "50% 0px";

/** True while the element is on the screen or near it. */
export function useSeen(target: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!target.current) return undefined;
    const observer = new IntersectionObserver((entries) => setSeen(entries.at(-1)?.isIntersecting ?? false), { rootMargin: MARGIN });
    observer.observe(target.current);
    return () => observer.disconnect();
  }, [target]);
  return seen;
}
