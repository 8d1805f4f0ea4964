"use client";

import { useEffect } from "react";
import { switches } from "@/lib/switches";

const FAST_PX_PER_MS = 1.5;
const CALM_AFTER_MS = 120;

/** fault-blank: while the list scrolls fast, a style makes its rows show nothing. */
export function useBlankWhileFast(scroller: HTMLElement | null): void {
  useEffect(() => {
    if (scroller === null || switches()["fault-blank"] === "off") {
      return;
    }
    let top = scroller.scrollTop;
    let at = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const calm = () => scroller.classList.remove("is-blank");
    const onScroll = () => {
      const now = performance.now();
      const speed = Math.abs(scroller.scrollTop - top) / Math.max(1, now - at);
      top = scroller.scrollTop;
      at = now;
      if (speed >= FAST_PX_PER_MS) {
        scroller.classList.add("is-blank");
        clearTimeout(timer);
        timer = setTimeout(calm, CALM_AFTER_MS);
      }
    };
    scroller.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      calm();
      scroller.removeEventListener("scroll", onScroll);
    };
  }, [scroller]);
}
