"use client";

import Link from "next/link";
import { Avatar } from "@/components/Avatar";
import { useChat } from "@/components/ChatProvider";
import { conversationName, lastActivity, preview, shortWhen, userName } from "@/lib/format";
import type { Conversation } from "@/lib/types";

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

interface RowProps {
  conversation: Conversation;
  active: boolean;
  onOpened?: () => void;
}

function Row({ conversation, active, onOpened }: RowProps) {
  const name = conversationName(conversation);
  return (
    <li>
      <Link
        href={`/chats?id=${conversation.id}`}
        prefetch={false}
        className={`conversation${active ? " is-active" : ""}`}
        aria-current={active ? "page" : undefined}
        onClick={onOpened}
      >
        <Avatar name={name} />
        <span className="conversation-text">
          <span className="conversation-top">
            <span className="conversation-name">{name}</span>
            <time>{shortWhen(lastActivity(conversation))}</time>
          </span>
          <span className="conversation-bottom">
            <LastMessage conversation={conversation} />
            {!active && conversation.unreadCount > 0 && (
              <span className="badge">
                {conversation.unreadCount > 99 ? "99+" : conversation.unreadCount}
              </span>
            )}
          </span>
        </span>
      </Link>
    </li>
  );
}

interface Props {
  /** Shows only the conversations with this in their names. */
  filter?: string;
  onOpened?: () => void;
}

export function ConversationList({ filter = "", onOpened }: Props) {
  const { conversations, conversationId } = useChat();
  const wanted = filter.trim().toLowerCase();
  const shown = conversations.filter((c) => conversationName(c).toLowerCase().includes(wanted));
  return (
    <nav className="conversation-list overflow-y-auto" aria-label="Conversations">
      <ul>
        {shown.map((conversation) => (
          <Row
            key={conversation.id}
            conversation={conversation}
            active={conversation.id === conversationId}
            onOpened={onOpened}
          />
        ))}
      </ul>
    </nav>
  );
}
