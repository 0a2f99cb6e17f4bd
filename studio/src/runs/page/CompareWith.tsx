import { useRouter } from "@tanstack/react-router";
import type { Run } from "../../client/run";
import { PopoverButton } from "../../components/PopoverButton";
import { t } from "../../text/text";
import { RunPicker } from "../RunPicker";

/** Chooses another run and opens both side by side. */
export function CompareWith({ run }: { run: Run }) {
  const router = useRouter();
  return (
    <PopoverButton compact icon="chart" label={t("run.compareWith")} title={t("run.compareWith")}>
      <RunPicker run={run} onPick={(other) => void router.navigate({ href: `/compare?runs=${encodeURIComponent(run.id)},${encodeURIComponent(other.id)}` })} />
    </PopoverButton>
  );
}
