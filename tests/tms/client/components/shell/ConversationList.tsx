"use client";

import { useRouter } from "next/navigation";
import { Avatar } from "@/components/Avatar";
import { useChat } from "@/components/ChatProvider";
import { conversationName, preview, shortWhen, userName } from "@/lib/format";
import type { Conversation, Id } from "@/lib/types";

function LastMessage({ conversation }: { conversation: Conversation }) {
  const last = conversation.lastMessage;
  if (last === null) {
    return <span className="conversation-preview">No messages yet</span>;
  }
  return (
    <span className="conversation-preview">
      <b>{userName(last.sender).split(" ")[0]}:</b> {preview(last)}
    </span>
  );
}

function Row({ conversation, active, onOpen }: { conversation: Conversation; active: boolean; onOpen(id: Id): void }) {
  const name = conversationName(conversation);
  return (
    <li>
      <button
        type="button"
        className={`conversation${active ? " is-active" : ""}`}
        aria-current={active ? "page" : undefined}
        onClick={() => onOpen(conversation.id)}
      >
        <Avatar name={name} />
        <span className="conversation-text">
          <span className="conversation-top">
            <span className="conversation-name">{name}</span>
            <time>{shortWhen(conversation.lastMessage?.createdAt ?? conversation.updatedAt)}</time>
          </span>
          <span className="conversation-bottom">
            <LastMessage conversation={conversation} />
            {conversation.unreadCount > 0 && (
              <span className="badge">{conversation.unreadCount > 99 ? "99+" : conversation.unreadCount}</span>
            )}
          </span>
        </span>
      </button>
    </li>
  );
}

export function ConversationList({ onOpened }: { onOpened?: () => void }) {
  const router = useRouter();
  const { conversations, conversationId } = useChat();
  const open = (id: Id) => {
    router.push(`/chats?id=${id}`);
    onOpened?.();
  };
  return (
    <nav className="conversation-list overflow-y-auto" aria-label="Conversations">
      <ul>
        {conversations.map((conversation) => (
          <Row
            key={conversation.id}
            conversation={conversation}
            active={conversation.id === conversationId}
            onOpen={open}
          />
        ))}
      </ul>
    </nav>
  );
}
