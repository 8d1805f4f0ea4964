"use client";

import { useLayoutEffect, useRef, useState } from "react";
import type { MessageListProps } from "@/components/messages/listProps";
import { MessageRow } from "@/components/messages/MessageRow";
import { OlderButton } from "@/components/messages/OlderButton";
import { useBlankWhileFast } from "@/hooks/useBlankWhileFast";
import { useLoadAtTop } from "@/hooks/useLoadAtTop";
import { useOlder } from "@/hooks/useOlder";
import { useFollowing, useMessageChange } from "@/hooks/usePlace";
import { switches } from "@/lib/switches";

/** The list as it was first: every loaded message is in the document. */
export function PlainList({ loaded, ownId, actions, onReply }: MessageListProps) {
  const { messages } = loaded;
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const older = useOlder(loaded);
  const top = useLoadAtTop(older.load);
  const { following, ...end } = useFollowing();
  const changeOf = useMessageChange(ownId);
  const height = useRef(0);
  useBlankWhileFast(scroller);

  useLayoutEffect(() => {
    if (scroller === null) {
      return;
    }
    const toEnd = (behavior: ScrollBehavior) =>
      scroller.scrollTo({ top: scroller.scrollHeight, behavior });
    const change = changeOf(messages);
    if (change.kind === "first") {
      toEnd("smooth");
    } else if (change.kind === "newer" && (following.current || change.own)) {
      toEnd("smooth");
    } else if (change.kind === "older") {
      const grown = scroller.scrollHeight - height.current;
      const place = following.current ? scroller.scrollHeight : scroller.scrollTop + grown;
      scroller.scrollTop = place - switches()["fault-jump"];
      top.movedTo(scroller.scrollTop);
      end.movedTo(scroller.scrollTop);
    }
    height.current = scroller.scrollHeight;
    // top and end are stable functions in objects that are not.
  }, [scroller, messages, changeOf]);

  return (
    <div
      ref={setScroller}
      className="message-list overflow-y-auto"
      onScroll={({ currentTarget }) => {
        top.onScroll(currentTarget);
        end.onScroll(currentTarget);
      }}
    >
      <OlderButton older={older} />
      {messages.map((message, i) => (
        <MessageRow
          key={message.id}
          message={message}
          previous={messages[i - 1]}
          ownId={ownId}
          actions={actions}
          onReply={onReply}
        />
      ))}
    </div>
  );
}
