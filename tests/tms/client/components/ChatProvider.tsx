"use client";

import { createContext, useContext, useMemo, useState, type ReactNode } from "react";
import { EncryptionDialog } from "@/components/EncryptionDialog";
import { useChatActions, type ChatActions } from "@/hooks/useChatActions";
import { useConversation, useConversations } from "@/hooks/useConversations";
import { useConversationId } from "@/hooks/useConversationId";
import { useEncryption } from "@/hooks/useEncryption";
import { useMe } from "@/hooks/useMe";
import { useMessages, type LoadedMessages } from "@/hooks/useMessages";
import { useSocket } from "@/hooks/useSocket";
import { useSocketEvents } from "@/hooks/useSocketEvents";
import { useOnline } from "@/hooks/useOnline";
import { useNotificationSettings, useOpening, usePresence } from "@/hooks/useStartup";
import { useTyping } from "@/hooks/useTyping";
import { lastActivity } from "@/lib/format";
import type { Conversation, CurrentUser, Id, Message } from "@/lib/types";

export interface ChatState {
  me: CurrentUser | null;
  /** The same person, as the badge asked for him. */
  profile: CurrentUser | null;
  conversationId: Id | null;
  conversations: Conversation[];
  conversation: Conversation | undefined;
  /** The open conversation could not be fetched, now or at the last refresh. */
  missing: boolean;
  messages: LoadedMessages;
  online: ReadonlySet<Id>;
  typing: Id[];
  replyTo: Message | null;
  setReplyTo(message: Message | null): void;
}

const StateContext = createContext<ChatState | null>(null);
const ActionsContext = createContext<ChatActions | null>(null);

function required<T>(value: T | null, what: string): T {
  if (value === null) {
    throw new Error(`${what} is used outside of ChatProvider.`);
  }
  return value;
}

export function useChat(): ChatState {
  return required(useContext(StateContext), "useChat");
}

export function useActions(): ChatActions {
  return required(useContext(ActionsContext), "useActions");
}

function newestFirst(conversations: Conversation[]): Conversation[] {
  return [...conversations].sort((a, b) => lastActivity(b).localeCompare(lastActivity(a)));
}

/**
 * Everything that the chat knows, in one place and one context, as in the production client.
 * The order of the hooks is the order of the calls on the wire.
 */
export function ChatProvider({ children }: { children: ReactNode }) {
  const conversationId = useConversationId();
  const { user: me, settled } = useMe({ careless: true });
  const { user: profile } = useMe();
  const { user: socketUser } = useMe();
  const { settled: encryptionUser } = useMe();

  const list = useConversations(settled);
  const detail = useConversation(conversationId, settled);
  const messages = useMessages(conversationId, settled);

  const [started, setStarted] = useState(false);
  if (!started && settled && (conversationId === null || messages.loaded)) {
    setStarted(true);
  }
  const seen = usePresence(started);
  const socket = useSocket(started);
  const online = useOnline(socket, seen, me?.id ?? null);
  useSocketEvents(socket, socketUser?.id ?? me?.id ?? null, conversationId);
  useNotificationSettings(started);
  useOpening(conversationId, messages.loaded, messages.messages);
  const encryption = useEncryption(started && encryptionUser);

  const typing = useTyping(socket, conversationId, me?.id ?? null);
  const actions = useChatActions(conversationId, me, socket);
  const [replyTo, setReplyTo] = useState<Message | null>(null);
  const conversations = useMemo(() => newestFirst(list.data?.data ?? []), [list.data]);

  const state: ChatState = {
    me,
    profile,
    conversationId,
    conversations,
    conversation: detail.data,
    missing: detail.isError || messages.failed,
    messages,
    online,
    typing,
    replyTo: replyTo?.conversationId === conversationId ? replyTo : null,
    setReplyTo,
  };
  return (
    <StateContext.Provider value={state}>
      <ActionsContext.Provider value={actions}>
        {children}
        {encryption.asking && (
          <EncryptionDialog onClose={encryption.dismiss} onBackUp={encryption.backUp} />
        )}
      </ActionsContext.Provider>
    </StateContext.Provider>
  );
}
