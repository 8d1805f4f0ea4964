"use client";

import { useCallback, useRef } from "react";
import { switches } from "@/lib/switches";

const NEAR_TOP_PX = 100;

export interface TopWatch {
  /** To be called on each scroll event. */
  onScroll(scroller: HTMLElement): void;
  /** The list moved itself: the next event must not pass for the user's. */
  movedTo(scrollTop: number): void;
}

/**
 * Loads older messages when the user scrolls up to the top.
 *
 * With trap-first-scroll nothing is known about the position before the first event, and that
 * counts as coming from below: the list's own smooth scroll to the bottom starts near the top
 * and so loads a page, if the thread is free to see it start.
 */
export function useLoadAtTop(load: () => void): TopWatch {
  const last = useRef<number | null>(null);
  const onScroll = useCallback(
    (scroller: HTMLElement) => {
      const top = scroller.scrollTop;
      const start = switches()["trap-first-scroll"] === "on" ? Infinity : 0;
      const up = top < (last.current ?? start);
      last.current = top;
      if (up && top < NEAR_TOP_PX) {
        load();
      }
    },
    [load],
  );
  const movedTo = useCallback((scrollTop: number) => {
    last.current = scrollTop;
  }, []);
  return { onScroll, movedTo };
}
