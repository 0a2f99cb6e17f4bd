import { useEffect, useState } from "react";
import { t } from "../text/text";
import { IconButton } from "./Button";
import { copyText } from "./clipboard";
import { showFailure } from "./toasts";

const CONFIRM_MS = 1500;

/** Copies `text` to the clipboard; `what` names it ("Copy run id"). */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), CONFIRM_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    void copyText(text).then(() => setCopied(true), (error: unknown) => showFailure(error instanceof Error ? error.message : String(error)));
  };
  return <IconButton icon={copied ? "check" : "copy"} label={copied ? t("action.copied") : t("action.copy", { what })} onClick={copy} />;
}
