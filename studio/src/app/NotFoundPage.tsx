import { Link } from "@tanstack/react-router";
import { buttonClass } from "../components/Button";
import { PageHeader } from "../components/PageHeader";
import { EmptyState } from "../components/states";
import { t } from "../text/text";

export function NotFoundPage() {
  return (
    <>
      <PageHeader title={t("notFound.title")} />
      <EmptyState
        icon="search"
        title={t("notFound.heading")}
        actions={
          <>
            <Link to="/" className={buttonClass("primary")}>
              {t("nav.home")}
            </Link>
            <Link to="/runs" className={buttonClass()}>
              {t("runs.title")}
            </Link>
            <Link to="/experiments" className={buttonClass()}>
              {t("experiments.title")}
            </Link>
          </>
        }
      >
        {t("notFound.body")}
      </EmptyState>
    </>
  );
}
