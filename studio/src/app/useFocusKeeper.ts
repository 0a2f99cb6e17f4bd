import { useRouter } from "@tanstack/react-router";
import { type RefObject, useEffect } from "react";
import { FocusKeeper } from "./focus-keeper";

/** Keeps the reader's place in `page`, also over Back and Forward. See {@link FocusKeeper}. */
export function useFocusKeeper(page: RefObject<HTMLElement | null>): void {
  const router = useRouter();
  useEffect(() => {
    if (!page.current) return undefined;
    const keeper = new FocusKeeper(page.current);
    let isBack = false;
    const ends = [
      router.history.subscribe(({ action }) => {
        isBack = action.type === "BACK" || action.type === "FORWARD" || action.type === "GO";
      }),
      router.subscribe("onBeforeNavigate", ({ fromLocation, pathChanged }) => {
        const key = fromLocation?.state.__TSR_key;
        if (pathChanged && key) keeper.leave(key);
      }),
      router.subscribe("onRendered", ({ toLocation, pathChanged }) => {
        const key = toLocation.state.__TSR_key;
        if (pathChanged && isBack && key) keeper.comeBack(key);
      }),
    ];
    return () => {
      for (const end of ends) end();
      keeper.close();
    };
  }, [router, page]);
}
