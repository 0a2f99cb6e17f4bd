import { useId } from "react";
import { formatCount } from "../../../components/format";
import { t } from "../../../text/text";
import styles from "./media.module.css";

/** Goes through what was logged step by step; nothing where there is one step only. */
export function StepSlider({ name, steps, chosen, onChosen }: { name: string; steps: readonly number[]; chosen: number; onChosen: (index: number) => void }) {
  const id = useId();
  if (steps.length < 2) return null;
  const text = t("media.step", { step: formatCount(steps[chosen] ?? 0), at: chosen + 1, count: steps.length });
  return (
    <div className={styles.slider}>
      <input
        id={id}
        type="range"
        min={0}
        max={steps.length - 1}
        value={chosen}
        aria-label={t("media.stepOf", { name })}
        aria-valuetext={text}
        onChange={(event) => onChosen(Number(event.target.value))}
      />
      <output htmlFor={id}>{text}</output>
    </div>
  );
}
