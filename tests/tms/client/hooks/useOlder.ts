"use client";

import { useCallback, useMemo, useRef, useState } from "react";
import type { Older } from "@/components/messages/OlderButton";
import type { LoadedMessages } from "@/hooks/useMessages";
import { switches } from "@/lib/switches";

/**
 * Loading of older pages, behind a latch that keeps a second request from starting beside the
 * first. With trap-latch it is never released, so one mount of the list loads one page.
 */
export function useOlder(loaded: LoadedMessages): Older {
  const { hasOlder, fetchOlder, loadingOlder } = loaded;
  const latch = useRef(false);
  const [disabled, setDisabled] = useState(false);

  const load = useCallback(() => {
    if (latch.current || !hasOlder) {
      return;
    }
    latch.current = true;
    setDisabled(true);
    void fetchOlder().finally(() => {
      if (switches()["trap-latch"] === "off") {
        latch.current = false;
        setDisabled(false);
      }
    });
  }, [hasOlder, fetchOlder]);

  return useMemo(
    () => ({ available: hasOlder, loading: loadingOlder, disabled, load }),
    [hasOlder, loadingOlder, disabled, load],
  );
}
