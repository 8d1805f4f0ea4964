"use client";

import { useEffect, useState } from "react";
import type { Socket } from "socket.io-client";
import type { Id } from "@/lib/types";

interface TypingEvent {
  conversation_id: Id;
  user_id: Id;
}

const FORGET_AFTER_MS = 6000;

/** Who is typing in the open conversation. A stop that never comes is assumed after a while. */
export function useTyping(
  socket: Socket | null,
  conversationId: Id | null,
  ownId: Id | null,
): Id[] {
  const [typing, setTyping] = useState<Id[]>([]);
  useEffect(() => {
    if (socket === null) {
      return;
    }
    const timers = new Map<Id, ReturnType<typeof setTimeout>>();
    const forget = (userId: Id) => {
      clearTimeout(timers.get(userId));
      timers.delete(userId);
      setTyping((ids) => (ids.includes(userId) ? ids.filter((id) => id !== userId) : ids));
    };
    const start = ({ conversation_id: where, user_id: userId }: TypingEvent) => {
      if (where !== conversationId || userId === ownId) {
        return;
      }
      clearTimeout(timers.get(userId));
      timers.set(
        userId,
        setTimeout(() => forget(userId), FORGET_AFTER_MS),
      );
      setTyping((ids) => (ids.includes(userId) ? ids : [...ids, userId]));
    };
    const stop = ({ user_id: userId }: TypingEvent) => forget(userId);
    socket.on("typing_start", start);
    socket.on("typing_stop", stop);
    return () => {
      socket.off("typing_start", start);
      socket.off("typing_stop", stop);
      timers.forEach((timer) => clearTimeout(timer));
      setTyping((ids) => (ids.length === 0 ? ids : []));
    };
  }, [socket, conversationId, ownId]);
  return typing;
}
