import type { InputHTMLAttributes, Ref } from "react";
import styles from "./fields.module.css";
import { Icon } from "./Icon";
import { useOwnText } from "./written";

/** A search box. `label` names it; The key `/` puts the cursor into it. */
export function SearchField({ label, value, onChange, ref }: { label: string; value: string; onChange: (value: string) => void; ref?: Ref<HTMLInputElement> }) {
  const typed = useOwnText(value, onChange);
  const type = (text: string) => {
    typed.show(text);
    typed.say(text);
  };
  return (
    <div className={styles.search}>
      <Icon name="search" />
      <input
        ref={ref}
        type="text"
        role="searchbox"
        data-shortcut="/"
        className={styles.input}
        aria-label={label}
        placeholder={label}
        value={typed.text}
        spellCheck={false}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            type("");
            event.currentTarget.blur();
          }
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}

export function Checkbox({ label, ...rest }: InputHTMLAttributes<HTMLInputElement> & { label: React.ReactNode }) {
  return (
    <label className={styles.check}>
      <input type="checkbox" {...rest} />
      <span>{label}</span>
    </label>
  );
}

/** A few exclusive choices side by side. */
export function Segments<Choice extends string>({ label, choices, value, onChange }: { label: string; choices: readonly (readonly [Choice, string])[]; value: Choice; onChange: (choice: Choice) => void }) {
  return (
    <div role="group" aria-label={label} className={styles.segments}>
      {choices.map(([choice, text]) => (
        <button key={choice} type="button" aria-pressed={choice === value} onClick={() => onChange(choice)}>
          {text}
        </button>
      ))}
    </div>
  );
}

/** A native select: the platform's own list is the best one on a phone, and it costs nothing. */
export function Select<Choice extends string>({ label, choices, value, onChange }: { label: string; choices: readonly (readonly [Choice, string])[]; value: Choice; onChange: (choice: Choice) => void }) {
  return (
    <span className={styles.selectWrap}>
      <select
        className={styles.select}
        aria-label={label}
        value={value}
        onChange={(event) => {
          const chosen = choices.find(([choice]) => choice === event.target.value);
          if (chosen) onChange(chosen[0]);
        }}
      >
        {choices.map(([choice, text]) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
      <Icon name="chevronDown" size={12} />
    </span>
  );
}
