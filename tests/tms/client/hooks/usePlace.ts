"use client";

import { useCallback, useRef } from "react";
import type { Message } from "@/lib/types";

/** How the messages of a list differ from those of the render before. */
export type Change =
  | { kind: "first" }
  | { kind: "older"; count: number }
  | { kind: "newer"; own: boolean }
  | { kind: "none" };

/** Says, once per change, what happened to the messages: the list then knows where to scroll. */
export function useMessageChange(ownId: string) {
  const before = useRef<Message[] | null>(null);
  return useCallback(
    (messages: Message[]): Change => {
      const old = before.current;
      before.current = messages;
      const oldFirst = old?.[0];
      const last = messages[messages.length - 1];
      if (old === null || oldFirst === undefined || last === undefined) {
        return { kind: "first" };
      }
      const count = messages.findIndex(({ id }) => id === oldFirst.id);
      if (count > 0) {
        return { kind: "older", count };
      }
      return last.id === old[old.length - 1]?.id
        ? { kind: "none" }
        : { kind: "newer", own: last.senderId === ownId };
    },
    [ownId],
  );
}

const NEAR_BOTTOM_PX = 80;

/**
 * Whether the list follows its end. It does until somebody scrolls up, and again from when the
 * end is reached.
 */
export function useFollowing() {
  const following = useRef(true);
  const last = useRef(0);
  const onScroll = useCallback((scroller: HTMLElement) => {
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    if (scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX) {
      following.current = true;
    } else if (scrollTop < last.current) {
      following.current = false;
    }
    last.current = scrollTop;
  }, []);
  const movedTo = useCallback((scrollTop: number) => {
    last.current = scrollTop;
  }, []);
  return { following, onScroll, movedTo };
}
