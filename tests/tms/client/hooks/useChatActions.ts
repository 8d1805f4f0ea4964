"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import type { Socket } from "socket.io-client";
import { api } from "@/lib/api";
import * as cache from "@/lib/messageCache";
import type { CurrentUser, Id, Message, Poll } from "@/lib/types";

export interface ChatActions {
  sendText(content: string, replyTo: Message | null): void;
  sendFile(file: File): void;
  toggleReaction(message: Message, emoji: string): void;
  vote(message: Message, poll: Poll, optionId: Id): void;
  setTyping(typing: boolean): void;
}

function optimistic(
  conversationId: Id,
  me: CurrentUser,
  content: string,
  replyTo: Message | null,
): Message {
  return {
    id: `sending-${crypto.randomUUID()}`,
    conversationId,
    senderId: me.id,
    content,
    type: "TEXT",
    metadata: null,
    replyToId: replyTo?.id ?? null,
    replyTo,
    isEdited: false,
    sequenceNumber: Number.MAX_SAFE_INTEGER,
    encrypted: false,
    createdAt: new Date().toISOString(),
    deletedAt: null,
    sender: me,
    reactions: [],
    statuses: [],
    poll: null,
    status: "sending",
  };
}

/** A single-choice vote replaces the former one; a multiple choice toggles the option. */
function votesAfter(poll: Poll, optionId: Id): Id[] {
  if (!poll.multipleChoice) {
    return [optionId];
  }
  return poll.userVotes.includes(optionId)
    ? poll.userVotes.filter((id) => id !== optionId)
    : [...poll.userVotes, optionId];
}

/** What the user can do in the open conversation. The object keeps its identity over renders. */
export function useChatActions(
  conversationId: Id | null,
  me: CurrentUser | null,
  socket: Socket | null,
): ChatActions {
  const client = useQueryClient();
  // One request in flight per message: two of one user at once would corrupt it on the server.
  const reacting = useRef(new Set<Id>());

  return useMemo(() => {
    const change = (id: Id, apply: (pages: cache.Pages) => cache.Pages) =>
      client.setQueryData<cache.Pages>(cache.messagesKey(id), (pages) => pages && apply(pages));

    async function send(cid: Id, user: CurrentUser, content: string, replyTo: Message | null) {
      const temporary = optimistic(cid, user, content, replyTo);
      change(cid, (pages) => cache.addMessage(pages, temporary));
      try {
        const stored = await api.sendText(cid, content, replyTo?.id ?? null);
        change(cid, (pages) => cache.settleMessage(pages, temporary.id, stored));
      } catch (error) {
        console.error("Sending failed:", error);
        change(cid, (pages) => cache.patchMessage(pages, temporary.id, { status: "failed" }));
      }
    }

    async function upload(cid: Id, file: File) {
      try {
        const stored = await api.sendFile(cid, file);
        change(cid, (pages) => cache.addMessage(pages, stored));
      } catch (error) {
        console.error("Upload failed:", error);
      }
    }

    async function react(message: Message, emoji: string, ownId: Id) {
      if (reacting.current.has(message.id)) {
        return;
      }
      reacting.current.add(message.id);
      const has = message.reactions.some((r) => r.userId === ownId && r.emoji === emoji);
      try {
        if (has) {
          await api.removeReaction(message.id, emoji);
          change(message.conversationId, (p) => cache.removeReaction(p, message.id, ownId, emoji));
        } else {
          const reaction = await api.addReaction(message.id, emoji);
          change(message.conversationId, (p) => cache.addReaction(p, message.id, reaction));
        }
      } catch (error) {
        console.error("Reaction failed:", error);
      } finally {
        reacting.current.delete(message.id);
      }
    }

    async function vote(message: Message, poll: Poll, optionId: Id, ownId: Id) {
      try {
        const answer = await api.vote(poll.id, votesAfter(poll, optionId));
        change(message.conversationId, (p) => cache.setPoll(p, answer.poll, ownId));
      } catch (error) {
        console.error("Vote failed:", error);
      }
    }

    return {
      sendText(content, replyTo) {
        if (conversationId !== null && me !== null) {
          void send(conversationId, me, content, replyTo);
        }
      },
      sendFile(file) {
        if (conversationId !== null) {
          void upload(conversationId, file);
        }
      },
      toggleReaction(message, emoji) {
        if (me !== null) {
          void react(message, emoji, me.id);
        }
      },
      vote(message, poll, optionId) {
        if (me !== null) {
          void vote(message, poll, optionId, me.id);
        }
      },
      setTyping(typing) {
        socket?.emit(typing ? "typing_start" : "typing_stop", { conversation_id: conversationId });
      },
    };
  }, [client, conversationId, me, socket]);
}
