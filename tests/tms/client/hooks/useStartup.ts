"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/lib/api";
import { keepDetached } from "@/lib/faults";
import { forgetUnread } from "@/lib/liveRequests";
import type { Id, Message } from "@/lib/types";

/** Calls whose failure changes nothing that anybody sees. */
function quietly(call: Promise<unknown>): void {
  call.catch((error: unknown) => console.warn("Ignored:", error));
}

/** Asks once who is online, when `ready` turns true. */
export function usePresence(ready: boolean): ReadonlySet<Id> {
  const [online, setOnline] = useState<ReadonlySet<Id>>(new Set());
  useEffect(() => {
    if (ready) {
      quietly(api.onlineUsers().then((ids) => setOnline(new Set(ids))));
    }
  }, [ready]);
  return online;
}

export function useNotificationSettings(ready: boolean): void {
  useEffect(() => {
    if (ready) {
      quietly(api.notificationPreferences());
      quietly(api.mutedConversations());
    }
  }, [ready]);
}

/** Once per opening of a conversation, when its first messages are there. */
export function useOpening(conversationId: Id | null, loaded: boolean, messages: Message[]): void {
  const client = useQueryClient();
  useEffect(() => {
    if (conversationId === null || !loaded) {
      return;
    }
    keepDetached();
    quietly(
      api.markConversationRead(conversationId).then(() => forgetUnread(client, conversationId)),
    );
    quietly(
      api.markMessagesRead(
        conversationId,
        messages.map(({ id }) => id),
      ),
    );
    // The messages of the moment of opening are meant, not every later change of them.
  }, [client, conversationId, loaded]);
}
