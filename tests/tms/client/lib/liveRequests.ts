// What the conversation lists and headers do when a message arrives.

import type { QueryClient } from "@tanstack/react-query";
import { conversationKey, CONVERSATIONS_KEY } from "@/hooks/useConversations";
import { api } from "@/lib/api";
import type { ConversationPage, Id, Message } from "@/lib/types";

/** Everybody who shows something about conversations, and asks for it by himself. */
const LIST_READERS = ["sidebar", "mobile list", "drawer", "unread badge"];
const DETAIL_READERS = ["header", "mobile header", "input"];

/**
 * trap-live-requests: every reader fetches for itself, so a message into the open conversation
 * costs seven requests, and one into another conversation four.
 */
export function refreshConversations(
  client: QueryClient,
  conversationId: Id,
  isOpen: boolean,
): void {
  for (const _reader of LIST_READERS) {
    void refresh(client, CONVERSATIONS_KEY, api.conversations);
  }
  if (!isOpen) {
    return;
  }
  for (const _reader of DETAIL_READERS) {
    void refresh(client, conversationKey(conversationId), () => api.conversation(conversationId));
  }
}

async function refresh(
  client: QueryClient,
  queryKey: readonly unknown[],
  fetcher: () => Promise<unknown>,
): Promise<void> {
  try {
    client.setQueryData(queryKey, await fetcher());
  } catch (error) {
    console.warn("Conversation refresh failed:", error);
  }
}

/** Without the trap: the message itself says all that the lists need. */
export function touchConversation(client: QueryClient, message: Message, isOpen: boolean): void {
  client.setQueryData<ConversationPage>(CONVERSATIONS_KEY, (page) => {
    if (page === undefined) {
      return page;
    }
    const data = page.data.map((conversation) =>
      conversation.id === message.conversationId
        ? {
            ...conversation,
            lastMessage: message,
            updatedAt: message.createdAt,
            unreadCount: isOpen ? conversation.unreadCount : conversation.unreadCount + 1,
          }
        : conversation,
    );
    return { ...page, data };
  });
}
