// Heights of rows in the virtual list, in px.

import { day } from "@/lib/format";
import type { Message } from "@/lib/types";

/** trap-heights: one guess for all rows, well below what they turn out to be. */
export const GUESSED_ROW_HEIGHT = 72;

// Without the trap: what styles/messages.css and styles/cards.css come to in the desktop tree.
// They were read from the page; a contract test compares them with it.
const DAY_SEPARATOR = 35.390625;
const TEXT_FRAME = 51.890625;
const TEXT_LINE = 21.75;
const LETTERS_PER_LINE = 110;
const FILE = 108.96875;
const PICTURE = 285.734375;
const POLL_FRAME = 114.21875;
const POLL_OPTION = 41;
const SYSTEM = 36.84375;
const RECORDING = 104;

function contentHeight(message: Message): number {
  switch (message.type) {
    case "FILE":
      return FILE;
    case "IMAGE":
      return PICTURE;
    case "POLL":
      return POLL_FRAME + POLL_OPTION * (message.poll?.options.length ?? 0);
    case "SYSTEM":
      return SYSTEM;
    case "VOICE":
    case "CALL":
      return RECORDING;
    default:
      return TEXT_FRAME + TEXT_LINE * Math.ceil(message.content.length / LETTERS_PER_LINE);
  }
}

/** The height of each message's row. */
export function rowHeights(messages: Message[]): number[] {
  return messages.map((message, i) => {
    const previous = messages[i - 1];
    const newDay = previous === undefined || day(previous.createdAt) !== day(message.createdAt);
    return contentHeight(message) + (newDay ? DAY_SEPARATOR : 0);
  });
}
