import { EmptyState } from "../components/states";
import { Button } from "../components/Button";
import { t } from "../text/text";

/** A page broke, or one of its files is gone because the server was upgraded: both are mended by loading it again. */
export function PageFailure({ error }: { error: unknown }) {
  return (
    <EmptyState
      icon="warning"
      title={t("pageFailure.title")}
      actions={
        <Button tone="primary" icon="refresh" onClick={() => window.location.reload()}>
          {t("pageFailure.reload")}
        </Button>
      }
    >
      <p>{t("pageFailure.body")}</p>
      <code>{error instanceof Error ? error.message : String(error)}</code>
    </EmptyState>
  );
}
