"use client";

import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Socket } from "socket.io-client";
import { conversationKey } from "@/hooks/useConversations";
import { decryptMessages } from "@/lib/decrypt";
import { burnPerMessage } from "@/lib/faults";
import { refreshConversations, touchConversation } from "@/lib/liveRequests";
import * as cache from "@/lib/messageCache";
import { camelKeys } from "@/lib/snake";
import { chime } from "@/lib/sound";
import { switches } from "@/lib/switches";
import type { Id, Message, Poll, Reaction } from "@/lib/types";

interface Context {
  client: QueryClient;
  ownId: Id | null;
  conversationId: Id | null;
}

/** Applies a change to the loaded pages of one conversation, or of all of them. */
function change(
  client: QueryClient,
  conversationId: Id | null,
  apply: (p: cache.Pages) => cache.Pages,
) {
  const queryKey = conversationId === null ? ["messages"] : cache.messagesKey(conversationId);
  client.setQueriesData<cache.Pages>({ queryKey }, (pages) => pages && apply(pages));
}

async function receive(context: Context, payload: unknown): Promise<void> {
  const { client, ownId, conversationId } = context;
  burnPerMessage();
  const [message] = await decryptMessages([camelKeys(payload) as Message]);
  if (message === undefined) {
    return;
  }
  change(client, message.conversationId, (pages) => cache.addMessage(pages, message));
  if (message.senderId !== ownId) {
    chime();
  }
  const isOpen = message.conversationId === conversationId;
  if (switches()["trap-live-requests"] === "on") {
    refreshConversations(client, message.conversationId, isOpen);
  } else {
    touchConversation(client, message, isOpen);
  }
}

type Handlers = Record<string, (payload: never) => void>;

function connectionHandlers({ client, conversationId }: Context): Handlers {
  return {
    connect: () => {
      if (switches()["trap-refetch"] === "on") {
        void client.invalidateQueries({ queryKey: ["messages"] });
      }
      void client.invalidateQueries({ queryKey: conversationKey(conversationId) });
    },
    // The conversation is asked for again: when the server is gone, the chat says so.
    disconnect: () => {
      void client.invalidateQueries({ queryKey: conversationKey(conversationId) });
    },
  };
}

function messageHandlers(context: Context): Handlers {
  const { client, ownId } = context;
  return {
    new_message: (payload) => void receive(context, payload),
    message_edited: (payload) => {
      const { id, content } = camelKeys(payload) as Message;
      change(client, null, (p) => cache.patchMessage(p, id, { content, isEdited: true }));
    },
    message_deleted: (payload: { message_id: Id }) => {
      const deletedAt = new Date().toISOString();
      change(client, null, (p) => cache.patchMessage(p, payload.message_id, { deletedAt }));
    },
    message_status: (payload: { message_id: Id; status: string }) => {
      const status = payload.status.toLowerCase() as Message["status"];
      change(client, null, (p) => cache.patchMessage(p, payload.message_id, { status }));
    },
    reaction_added: (payload: { message_id: Id; reaction: unknown }) => {
      const reaction = camelKeys(payload.reaction) as Reaction;
      change(client, null, (p) => cache.addReaction(p, payload.message_id, reaction));
    },
    reaction_removed: (payload: { message_id: Id; user_id: Id; emoji: string }) => {
      const { message_id: id, user_id: userId, emoji } = payload;
      change(client, null, (p) => cache.removeReaction(p, id, userId, emoji));
    },
    poll_vote_added: (payload: { poll: unknown }) => {
      const poll = camelKeys(payload.poll) as Poll;
      change(client, null, (p) => cache.setPoll(p, poll, ownId ?? ""));
    },
  };
}

/** Brings what the socket says into the query cache. */
export function useSocketEvents(
  socket: Socket | null,
  ownId: Id | null,
  conversationId: Id | null,
) {
  const client = useQueryClient();
  useEffect(() => {
    if (socket === null) {
      return;
    }
    const context = { client, ownId, conversationId };
    const handlers = { ...connectionHandlers(context), ...messageHandlers(context) };
    for (const [event, handler] of Object.entries(handlers)) {
      socket.on(event, handler as (payload: unknown) => void);
    }
    return () => {
      for (const [event, handler] of Object.entries(handlers)) {
        socket.off(event, handler as (payload: unknown) => void);
      }
    };
  }, [socket, client, ownId, conversationId]);
}
