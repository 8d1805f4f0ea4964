"use client";

import { memo, useRef } from "react";
import { Avatar } from "@/components/Avatar";
import { Bubble, type BubbleProps } from "@/components/bubble/Bubble";
import { useRowFaults } from "@/hooks/useRowFaults";
import { day, userName } from "@/lib/format";
import type { Message } from "@/lib/types";

interface Props extends BubbleProps {
  /** The message before, for the separator between days. */
  previous: Message | undefined;
}

function startsDay(message: Message, previous: Message | undefined): boolean {
  return previous === undefined || day(previous.createdAt) !== day(message.createdAt);
}

function DaySeparator({ iso }: { iso: string }) {
  return (
    <div className="day-separator">
      <span>{day(iso)}</span>
    </div>
  );
}

/** A line of the list: a separator where a day begins, then the message. */
export function MessageRow({ previous, ...bubble }: Props) {
  const row = useRef<HTMLDivElement>(null);
  useRowFaults(row);
  const { message, ownId } = bubble;
  const own = message.senderId === ownId;
  return (
    <div ref={row} className="message-row">
      {startsDay(message, previous) && <DaySeparator iso={message.createdAt} />}
      {message.type === "SYSTEM" ? (
        <p className="system-message">{message.content}</p>
      ) : (
        <div className={`message${own ? " is-own" : ""}`}>
          <Avatar name={userName(message.sender)} />
          <Bubble {...bubble} />
        </div>
      )}
    </div>
  );
}

/** For the virtual list, which renders while it scrolls. The plain list renders every row anew. */
export const MemoMessageRow = memo(MessageRow);
