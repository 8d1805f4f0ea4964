"use client";

import { useCallback, useLayoutEffect, useRef, useState } from "react";
import {
  List,
  useDynamicRowHeight,
  type ListImperativeAPI,
  type RowComponentProps,
} from "react-window";
import type { MessageListProps } from "@/components/messages/listProps";
import { MemoMessageRow } from "@/components/messages/MessageRow";
import { OlderButton } from "@/components/messages/OlderButton";
import { useBlankWhileFast } from "@/hooks/useBlankWhileFast";
import { useLoadAtTop } from "@/hooks/useLoadAtTop";
import { useOlder } from "@/hooks/useOlder";
import { useFollowing, useMessageChange } from "@/hooks/usePlace";
import { GUESSED_ROW_HEIGHT, rowHeights } from "@/lib/rowHeight";
import { switches } from "@/lib/switches";
import type { Message } from "@/lib/types";

const OVERSCAN = 5;

interface RowProps extends Omit<MessageListProps, "loaded"> {
  messages: Message[];
}

function Row({ index, style, ariaAttributes, messages, ...bubble }: RowComponentProps<RowProps>) {
  const message = messages[index];
  if (message === undefined) {
    return null;
  }
  return (
    <div style={style} {...ariaAttributes}>
      <div data-react-window-index={index}>
        <MemoMessageRow message={message} previous={messages[index - 1]} {...bubble} />
      </div>
    </div>
  );
}

function rowKey(index: number, { messages }: RowProps): string {
  return messages[index]?.id ?? String(index);
}

const CALM_FRAMES = 5;

/** fault-jump: once the list has found its place again, which takes it some frames, it loses it. */
function jumpWhenCalm(scroller: HTMLElement, calm = 0, last = -1): void {
  const distance = switches()["fault-jump"];
  if (distance === 0) {
    return;
  }
  if (calm === CALM_FRAMES) {
    scroller.scrollTop -= distance;
    return;
  }
  const { scrollTop } = scroller;
  requestAnimationFrame(() => jumpWhenCalm(scroller, scrollTop === last ? calm + 1 : 0, scrollTop));
}

/** The list as it became: only the rows near the view are in the document; the button is above. */
export function VirtualList({ loaded, ownId, actions, onReply }: MessageListProps) {
  const { messages } = loaded;
  const list = useRef<ListImperativeAPI | null>(null);
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const attach = useCallback((api: ListImperativeAPI | null) => {
    list.current = api;
    setScroller(api?.element ?? null);
  }, []);
  const firstVisible = useRef(0);
  const older = useOlder(loaded);
  const top = useLoadAtTop(older.load);
  const { following, ...end } = useFollowing();
  const changeOf = useMessageChange(ownId);
  const heights = useDynamicRowHeight({
    defaultRowHeight: GUESSED_ROW_HEIGHT,
    initialRowHeights: switches()["trap-heights"] === "on" ? undefined : rowHeights(messages),
    key: messages[0]?.id,
  });
  useBlankWhileFast(scroller);

  useLayoutEffect(() => {
    if (scroller === null || list.current === null || messages.length === 0) {
      return;
    }
    const change = changeOf(messages);
    const toEnd = () => list.current?.scrollToRow({ index: messages.length - 1, align: "end" });
    if (change.kind === "first" || (change.kind === "newer" && (following.current || change.own))) {
      toEnd();
    } else if (change.kind === "older") {
      // Going by the end first makes the list add up all heights: without the trap they are known.
      toEnd();
      if (!following.current) {
        const index = firstVisible.current + change.count;
        list.current.scrollToRow({ index, align: "start" });
      }
      jumpWhenCalm(scroller);
      top.movedTo(scroller.scrollTop);
      end.movedTo(scroller.scrollTop);
    }
    // top and end are stable functions in objects that are not.
  }, [scroller, messages, changeOf]);

  return (
    <>
      <OlderButton older={older} />
      <List
        listRef={attach}
        className="message-list"
        overscanCount={OVERSCAN}
        rowComponent={Row}
        rowCount={messages.length}
        rowHeight={heights}
        rowKey={rowKey}
        rowProps={{ messages, ownId, actions, onReply }}
        onRowsRendered={({ startIndex }) => {
          firstVisible.current = startIndex;
        }}
        onScroll={({ currentTarget }) => {
          top.onScroll(currentTarget);
          end.onScroll(currentTarget);
        }}
      />
    </>
  );
}
