// What the conversation lists and headers do when a message arrives.

import type { QueryClient } from "@tanstack/react-query";
import { conversationKey, CONVERSATIONS_KEY } from "@/hooks/useConversations";
import { api } from "@/lib/api";
import type { Conversation, ConversationPage, Id, Message } from "@/lib/types";

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

function changeListed(
  client: QueryClient,
  conversationId: Id,
  change: (conversation: Conversation) => Conversation,
): void {
  client.setQueryData<ConversationPage>(CONVERSATIONS_KEY, (page) => {
    if (page === undefined) {
      return page;
    }
    const data = page.data.map((listed) =>
      listed.id === conversationId ? change(listed) : listed,
    );
    return { ...page, data };
  });
}

/** Without the trap: the message itself says all that the lists need. */
export function touchConversation(client: QueryClient, message: Message, isOpen: boolean): void {
  changeListed(client, message.conversationId, (conversation) => ({
    ...conversation,
    lastMessage: message,
    unreadCount: isOpen ? conversation.unreadCount : conversation.unreadCount + 1,
  }));
}

export function forgetUnread(client: QueryClient, conversationId: Id): void {
  changeListed(client, conversationId, (conversation) => ({ ...conversation, unreadCount: 0 }));
}
