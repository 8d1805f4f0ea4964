"use client";

import { useEffect, useLayoutEffect, useState, type ReactNode, type RefObject } from "react";
import { burn, leakListener } from "@/lib/faults";
import { switches } from "@/lib/switches";

let observer: IntersectionObserver | null = null;

/** fault-script-per-row: works for each row that comes into view, in either list. */
function rowObserver(ms: number): IntersectionObserver {
  observer ??= new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        burn(ms);
      }
    }
  });
  return observer;
}

/** The faults of a mounted row; without their switches it does nothing. */
export function useRowFaults(row: RefObject<HTMLElement>): void {
  useEffect(() => {
    leakListener();
    const ms = switches()["fault-script-per-row"];
    const element = row.current;
    if (ms === 0 || element === null) {
      return;
    }
    const watcher = rowObserver(ms);
    watcher.observe(element);
    return () => watcher.unobserve(element);
  }, [row]);
}

/** fault-elements: so many per cent of the elements that the bubble has by itself, once more. */
export function useExtraElements(bubble: RefObject<HTMLElement>): ReactNode {
  const [count, setCount] = useState(0);
  useLayoutEffect(() => {
    const percent = switches()["fault-elements"];
    if (percent > 0 && bubble.current !== null) {
      const own = 1 + bubble.current.querySelectorAll(":not(.extra)").length;
      setCount(Math.round((own * percent) / 100));
    }
  }, [bubble]);
  return Array.from({ length: count }, (_, i) => <i key={i} className="extra" />);
}
