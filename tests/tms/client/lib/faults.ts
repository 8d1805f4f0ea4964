// The faults that are no part of a component: each does nothing while its switch is off.

import { switches } from "@/lib/switches";

/** Keeps the main thread busy for so many milliseconds. */
export function burn(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    // Busy on purpose: a sleeping fault would leave the thread free.
  }
}

/** fault-listener: a listener that nobody takes away again. */
export function leakListener(): void {
  if (switches()["fault-listener"] === "on") {
    window.addEventListener("tms-leak", () => undefined);
  }
}

const kept: Element[] = [];

/** fault-detached: a subtree that never enters the document and is never let go. */
export function keepDetached(): void {
  const count = switches()["fault-detached"];
  if (count === 0) {
    return;
  }
  const root = document.createElement("div");
  for (let i = 1; i < count; i += 1) {
    root.append(document.createElement("span"));
  }
  kept.push(root);
}

/** fault-script-per-message: work for each message that arrives by the socket. */
export function burnPerMessage(): void {
  const ms = switches()["fault-script-per-message"];
  if (ms > 0) {
    burn(ms);
  }
}
