"use client";

import { Avatar } from "@/components/Avatar";
import { useChat } from "@/components/ChatProvider";
import { IconButton } from "@/components/Icon";
import { conversationName } from "@/lib/format";

function Subtitle() {
  const { conversation, online } = useChat();
  if (conversation === undefined) {
    return null;
  }
  const present = conversation.members.filter(({ userId }) => online.has(userId)).length;
  return (
    <p>
      {conversation.memberCount} members
      {present > 0 && <span className="online-count">{present} online</span>}
    </p>
  );
}

export function ChatHeader({ onMenu }: { onMenu?: () => void }) {
  const { conversation } = useChat();
  const name = conversation === undefined ? "…" : conversationName(conversation);
  return (
    <header className="chat-head">
      {onMenu !== undefined && <IconButton icon="menu" label="Conversations" onClick={onMenu} />}
      <Avatar name={name} large />
      <div className="chat-title">
        <h1>{name}</h1>
        <Subtitle />
      </div>
      <IconButton icon="search" label="Search in conversation" />
      <IconButton icon="phone" label="Call" />
      <IconButton icon="video" label="Video call" />
      <IconButton icon="info" label="Details" />
    </header>
  );
}
