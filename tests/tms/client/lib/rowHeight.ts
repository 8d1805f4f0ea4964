// Heights of rows in the virtual list, in px.

import type { Message } from "@/lib/types";

/** trap-heights: one guess for all rows, well below what they turn out to be. */
export const GUESSED_ROW_HEIGHT = 72;

/** Without the trap: what the styles in styles/messages.css and styles/cards.css come to. */
export function rowHeights(messages: Message[]): number[] {
  return [56, ...messages.map(() => 112)];
}
