import createClient from "openapi-fetch";
import type { components, paths } from "../wire/schema";
import { fetchOrTake } from "./early-answers";

export type Schemas = components["schemas"];

/** Marks a request as made by the Studio's own code, which a form on another site cannot send. */
export const CLIENT_HEADER = { "X-Runyard-Client": "studio" } as const;

/** The typed client. Same origin, so the session cookie goes along by itself. */
export const api = createClient<paths>({ baseUrl: "", headers: CLIENT_HEADER, fetch: fetchOrTake });

let onUnauthenticated: () => void = () => undefined;

/** `listener` is told whenever an answer says that nobody is signed in, whatever was asked. */
export function tellUnauthenticated(listener: () => void): void {
  onUnauthenticated = listener;
}

/** An answer of the server that is not a success, or no answer at all (`status` 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly requestId: string | null,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  get isUnauthenticated(): boolean {
    return this.status === 401;
  }

  /** True when the caller may not do this. */
  get isForbidden(): boolean {
    return this.status === 403;
  }

  get isNotFound(): boolean {
    return this.status === 404;
  }

  /** True when somebody else changed the thing since it was read. */
  get isConflict(): boolean {
    return this.status === 409;
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * Returns the body of a successful answer.
 *
 * @throws ApiError the server refused, failed, or could not be reached.
 */
export async function unwrap<T>(request: Promise<Answer<T>>): Promise<T> {
  const answer = await request.catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (answer.data !== undefined) return answer.data;
  throw apiErrorOf(answer.response, answer.error);
}

/** Fetches `url` outside the typed client (bytes, ranges). Throws {@link ApiError} for a status of 400 or more. */
export async function fetchBytes(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, headers: { ...CLIENT_HEADER, ...init?.headers } }).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (response.ok || response.status === 416) return response;
  throw apiErrorOf(response, await response.json().catch(() => null));
}

function unreachable(cause: unknown): unknown {
  if (cause instanceof DOMException && cause.name === "AbortError") return cause;
  return new ApiError("The server cannot be reached.", 0, "transport_failed", null);
}

function apiErrorOf(response: Response, body: unknown): ApiError {
  if (response.status === 401) onUnauthenticated();
  const error = isRecord(body) && isRecord(body.error) ? body.error : {};
  const message = typeof error.message === "string" ? error.message : ""; // then the page says it in its own language
  const code = typeof error.code === "string" ? error.code : "internal";
  return new ApiError(message, response.status, code, response.headers.get("X-Request-Id"), isRecord(error.details) ? error.details : {});
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
