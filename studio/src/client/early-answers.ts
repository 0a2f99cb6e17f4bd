declare global {
  interface Window {
    /** What public/start.js has asked for before the scripts of the page were there, by path. */
    runyardEarly?: Record<string, Promise<Response>>;
  }
}

/** What was asked before somebody signed in is no answer for afterwards. */
export function forgetEarlyAnswers(): void {
  delete window.runyardEarly;
}

/** Sends a request, or takes the answer to it that was asked for before the page began; each such answer serves once. */
export function fetchOrTake(request: Request): Promise<Response> {
  const early = typeof window === "undefined" ? undefined : window.runyardEarly;
  const { pathname, search } = early === undefined ? { pathname: "", search: "" } : new URL(request.url);
  const answer = request.method === "GET" ? early?.[pathname + search] : undefined;
  if (early === undefined || answer === undefined) return fetch(request);
  delete early[pathname + search];
  return answer;
}
