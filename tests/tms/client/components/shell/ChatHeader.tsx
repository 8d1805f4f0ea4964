"use client";

import { useState } from "react";
import { Avatar } from "@/components/Avatar";
import { useChat } from "@/components/ChatProvider";
import { IconButton } from "@/components/Icon";
import { conversationName, userName } from "@/lib/format";

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

/** Who is in the conversation, those who are online first. */
function MemberPanel() {
  const { conversation, online } = useChat();
  const members = [...(conversation?.members ?? [])].sort(
    (a, b) => Number(online.has(b.userId)) - Number(online.has(a.userId)),
  );
  return (
    <aside className="member-panel overflow-y-auto" aria-label="Members">
      <ul>
        {members.map(({ userId, user, role }) => (
          <li key={userId}>
            <Avatar name={userName(user)} online={online.has(userId)} />
            <span>{userName(user)}</span>
            {role === "ADMIN" && <span className="member-role">admin</span>}
          </li>
        ))}
      </ul>
    </aside>
  );
}

export function ChatHeader({ onMenu }: { onMenu?: () => void }) {
  const { conversation } = useChat();
  const [members, setMembers] = useState(false);
  const name = conversation === undefined ? "…" : conversationName(conversation);
  return (
    <header className="chat-head">
      {onMenu !== undefined && <IconButton icon="menu" label="Conversations" onClick={onMenu} />}
      <Avatar name={name} large />
      <div className="chat-title">
        <h1>{name}</h1>
        <Subtitle />
      </div>
      <IconButton icon="info" label="Members" onClick={() => setMembers((shown) => !shown)} />
      {members && <MemberPanel />}
    </header>
  );
}
