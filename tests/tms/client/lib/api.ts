// The REST calls. All are cross-origin with an Authorization header, so each has a preflight.

import { apiAddress, MESSAGE_PAGE_SIZE } from "@/lib/config";
import { sessionToken } from "@/lib/session";
import type {
  Conversation,
  ConversationPage,
  CurrentUser,
  Id,
  Message,
  MessagePage,
  Poll,
  Reaction,
} from "@/lib/types";

/** An answer that is not 2xx. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    what: string,
  ) {
    super(`${what} answered ${status}`);
  }
}

/** One call under the API's prefix. Rejects with ApiError, or fetch's own errors. */
export async function call(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  const headers: Record<string, string> = { Authorization: `Bearer ${sessionToken() ?? ""}` };
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) {
    headers["Content-Type"] = "application/json";
  }
  const response = await fetch(apiAddress().rest + path, {
    method,
    headers,
    body: isForm || body === undefined ? body : JSON.stringify(body),
    signal,
  });
  if (!response.ok) {
    throw new ApiError(response.status, `${method} ${path}`);
  }
  return response.status === 204 ? null : response.json();
}

const get = (path: string, signal?: AbortSignal) => call("GET", path, undefined, signal);
const post = (path: string, body: unknown) => call("POST", path, body);

export const api = {
  me: () => get("/users/me") as Promise<CurrentUser>,
  onlineUsers: () => get("/users/presence/online") as Promise<Id[]>,

  conversations: () => get("/conversations/?limit=20&offset=0") as Promise<ConversationPage>,
  conversation: (id: Id) => get(`/conversations/${id}`) as Promise<Conversation>,

  messages(conversationId: Id, cursor: string | null, signal?: AbortSignal) {
    const older = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const path = `/messages/conversations/${conversationId}/messages?limit=${MESSAGE_PAGE_SIZE}`;
    return get(path + older, signal) as Promise<MessagePage>;
  },
  sendText: (conversationId: Id, content: string, replyToId: Id | null) =>
    post("/messages/", {
      conversation_id: conversationId,
      content,
      type: "TEXT",
      metadata_json: {},
      reply_to_id: replyToId,
      encrypted: false,
    }) as Promise<Message>,

  sendFile(conversationId: Id, file: File) {
    const form = new FormData();
    form.append("conversation_id", conversationId);
    form.append("file", file);
    return post("/messages/upload", form) as Promise<Message>;
  },

  addReaction: (messageId: Id, emoji: string) =>
    post(`/messages/${messageId}/reactions`, { emoji }) as Promise<Reaction>,
  removeReaction: (messageId: Id, emoji: string) =>
    call("DELETE", `/messages/${messageId}/reactions/${encodeURIComponent(emoji)}`),
  vote: (pollId: Id, optionIds: Id[]) =>
    post(`/polls/${pollId}/vote`, { option_ids: optionIds }) as Promise<{ poll: Poll }>,

  markConversationRead: (conversationId: Id) =>
    post(`/conversations/${conversationId}/mark-read`, {}),
  markMessagesRead: (conversationId: Id, messageIds: Id[]) =>
    post("/messages/mark-read", { message_ids: messageIds, conversation_id: conversationId }),

  notificationPreferences: () => get("/notifications/preferences"),
  mutedConversations: () => get("/notifications/muted-conversations"),

  conversationKey: (conversationId: Id) =>
    get(`/encryption/keys/conversation/${conversationId}`) as Promise<{ key: string }>,
};

/** Address of a picture. An <img> sends no Authorization header, so the proxy asks for none. */
export function pictureUrl(ossKey: string): string {
  return `${apiAddress().rest}/files/proxy?key=${encodeURIComponent(ossKey)}`;
}
