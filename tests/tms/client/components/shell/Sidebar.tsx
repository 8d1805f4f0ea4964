"use client";

import { Avatar } from "@/components/Avatar";
import { useChat } from "@/components/ChatProvider";
import { Icon, IconButton } from "@/components/Icon";
import { ConversationList } from "@/components/shell/ConversationList";
import { userName } from "@/lib/format";

export function Brand() {
  return (
    <div className="brand">
      <span className="brand-mark">T</span>
      <span className="brand-name">TMS Chat</span>
    </div>
  );
}

function ProfileBadge() {
  const { profile } = useChat();
  const name = userName(profile);
  return (
    <div className="profile">
      <Avatar name={name} online />
      <div className="profile-text">
        <span className="profile-name">{name}</span>
        <span className="profile-mail">{profile?.email ?? ""}</span>
      </div>
      <IconButton icon="more" label="Settings" />
    </div>
  );
}

export function Sidebar() {
  return (
    <aside className="sidebar">
      <header className="sidebar-head">
        <Brand />
      </header>
      <label className="search">
        <Icon name="search" size={16} />
        <input type="search" placeholder="Search conversations" aria-label="Search conversations" />
      </label>
      <ConversationList />
      <ProfileBadge />
    </aside>
  );
}
