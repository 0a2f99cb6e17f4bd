import { type KeyboardEvent, type Ref, useEffect, useId, useImperativeHandle, useRef, useState } from "react";
import { ApiError } from "../../client/api";
import { IconButton } from "../../components/Button";
import fieldStyles from "../../components/fields.module.css";
import { Icon } from "../../components/Icon";
import { useOwnText } from "../../components/written";
import { t } from "../../text/text";
import { completionPlace, type CompletionPlace, type Suggestion } from "./query-completion";
import styles from "./QueryBar.module.css";

const TYPING_PAUSE_MS = 100;

/** What others do to the text: they mark a part of it to be changed. */
export interface QueryBarHandle {
  select: (start: number, end: number) => void;
}

interface QueryBarProps {
  ref?: Ref<QueryBarHandle>;
  query: string;
  /** `replace` while typing: it does not fill the browser's history. */
  onQuery: (query: string, replace: boolean) => void;
  /** What could stand at a place; more may come later, when the server has answered. */
  suggest: (place: CompletionPlace) => Promise<readonly Suggestion[]>;
  /** Why the server could not read the query. */
  error: unknown;
}

/** The query as text: completed while it is typed, and its fault marked where it is. */
export function QueryBar({ ref, query, onQuery, suggest, error }: QueryBarProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useImperativeHandle(ref, () => ({
    select: (start, end) => {
      input.current?.focus();
      input.current?.setSelectionRange(start, end);
    },
  }));
  const typed = useTyped(query, (text) => onQuery(text, true));
  const completion = useCompletion(input, suggest);
  const take = (suggestion: Suggestion) => {
    const { place } = completion;
    if (!place || !input.current) return;
    const next = typed.value.slice(0, place.start) + suggestion.insert + typed.value.slice(place.end);
    typed.type(next);
    completion.moveTo(next, place.start + suggestion.insert.length);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const chosen = completion.suggestions[completion.active];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") completion.step(event.key === "ArrowDown" ? 1 : -1, typed.value);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen) take(chosen);
    else if (event.key === "Enter") onQuery(typed.now(), false);
    else if (event.key === "Escape" && completion.suggestions.length > 0) completion.close();
    else if (event.key === "Escape") event.currentTarget.blur();
    else return;
    if (event.key !== "Tab" || chosen) event.preventDefault();
  };
  const found = faultOf(error);
  const fault = isBeingMended(found, completion) ? null : found;
  return (
    <div className={styles.bar}>
      <div className={fieldStyles.search}>
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          role="combobox"
          data-shortcut="/"
          className={`${fieldStyles.input} ${styles.input} ${fault ? styles.faulty : ""}`}
          aria-label={t("runs.search")}
          aria-expanded={completion.suggestions.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={completion.active >= 0 ? `${id}-${completion.active}` : undefined}
          aria-invalid={fault !== null}
          aria-describedby={fault ? `${id}-fault` : undefined}
          placeholder={t("runs.search")}
          value={typed.value}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            typed.type(event.target.value, isWhole(typed.value, event.target.value));
            completion.look(event.target.value, event.target.selectionStart ?? event.target.value.length);
          }}
          onKeyDown={onKeyDown}
          onBlur={() => completion.close()}
        />
        {typed.value === "" ? <kbd aria-hidden="true">/</kbd> : <IconButton icon="close" label={t("query.clear")} onClick={() => onQuery("", false)} />}
      </div>
      <ul id={`${id}-list`} role="listbox" aria-label={t("query.suggestions")} className={styles.list} hidden={completion.suggestions.length === 0}>
        {completion.suggestions.map((suggestion, index) => (
          <li
            key={suggestion.label}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === completion.active}
            onMouseDown={(event) => {
              event.preventDefault();
              take(suggestion);
            }}
          >
            {suggestion.label}
          </li>
        ))}
      </ul>
      {fault && (
        <div id={`${id}-fault`} role="alert" className={styles.fault}>
          <p>{fault.why}</p>
          {fault.position !== null && (
            <code>
              {query.slice(0, fault.position)}
              <mark>{query.slice(fault.position, fault.position + 1) || " "}</mark>
              {query.slice(fault.position + 1)}
            </code>
          )}
        </div>
      )}
    </div>
  );
}

interface Fault {
  why: string;
  position: number | null;
}

/** What is wrong with the query; null when something else failed. The server's message ends with a drawing of the place, which is drawn here anew. */
export function faultOf(error: unknown): Fault | null {
  if (!(error instanceof ApiError) || error.code !== "invalid_argument") return null;
  const { position } = error.details;
  return { why: error.message.split("\n", 1)[0] ?? "", position: typeof position === "number" ? position : null };
}

/** True while the list offers what could stand where the fault is: who is about to choose is told of no fault. */
export function isBeingMended(fault: Fault | null, { place, suggestions }: Pick<Completion, "place" | "suggestions">): boolean {
  return fault !== null && fault.position !== null && place !== null && suggestions.length > 0 && fault.position >= place.start;
}

interface Completion {
  place: CompletionPlace | null;
  suggestions: readonly Suggestion[];
  active: number;
  look: (text: string, caret: number) => void;
  /** Opens the list at the cursor, or moves in it. */
  step: (by: number, text: string) => void;
  /** Puts the cursor at `caret` of the new text, and looks what could follow. */
  moveTo: (text: string, caret: number) => void;
  close: () => void;
}

const NOTHING = { place: null, suggestions: [] as readonly Suggestion[], active: -1 };

function useCompletion(input: React.RefObject<HTMLInputElement | null>, suggest: QueryBarProps["suggest"]): Completion {
  const [state, setState] = useState<{ place: CompletionPlace | null; suggestions: readonly Suggestion[]; active: number }>(NOTHING);
  const asked = useRef(0);
  const caretWanted = useRef<number | null>(null);
  useEffect(() => {
    if (caretWanted.current === null) return;
    input.current?.setSelectionRange(caretWanted.current, caretWanted.current);
    caretWanted.current = null;
  });
  const look = (text: string, caret: number) => {
    const place = completionPlace(text, caret);
    asked.current += 1;
    const mine = asked.current;
    void suggest(place).then((suggestions) => {
      if (asked.current !== mine) return;
      const isDone = suggestions.length === 1 && suggestions[0]?.insert.trim() === text.slice(place.start, place.end);
      setState(isDone ? NOTHING : { place, suggestions, active: -1 });
    });
  };
  return {
    ...state,
    look,
    step: (by, text) => {
      if (state.suggestions.length === 0) look(text, input.current?.selectionStart ?? text.length);
      else setState({ ...state, active: (state.active + by + state.suggestions.length) % state.suggestions.length });
    },
    moveTo: (text, caret) => {
      caretWanted.current = caret;
      look(text, caret);
    },
    close: () => {
      asked.current += 1;
      setState(NOTHING);
    },
  };
}

/** True for a text that came or went at once and not key by key, as one that is pasted: no more of it is waited for. */
export function isWhole(before: string, after: string): boolean {
  return Math.abs(after.length - before.length) > 1;
}

/** What is being typed, told on after a pause unless `atOnce`; a change from outside (Back, a removed condition) replaces it. */
function useTyped(value: string, tell: (value: string) => void): { value: string; type: (value: string, atOnce?: boolean) => void; now: () => string } {
  const own = useOwnText(value, tell);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latestSay = useRef(own.say);
  useEffect(() => {
    latestSay.current = own.say;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (next: string, atOnce = false) => {
    own.show(next);
    clearTimeout(timer.current);
    if (atOnce) own.say(next);
    else timer.current = setTimeout(() => latestSay.current(next), TYPING_PAUSE_MS);
  };
  const now = () => {
    clearTimeout(timer.current);
    return own.text;
  };
  return { value: own.text, type, now };
}
