"use client";

import { useState } from "react";
import { Avatar } from "@/components/Avatar";
import { useChat } from "@/components/ChatProvider";
import { Icon, IconButton } from "@/components/Icon";
import { ConversationList } from "@/components/shell/ConversationList";
import { userName } from "@/lib/format";
import { logOut } from "@/lib/session";

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
      <IconButton icon="leave" label="Log out" onClick={logOut} />
    </div>
  );
}

export function Sidebar() {
  const [filter, setFilter] = useState("");
  return (
    <aside className="sidebar">
      <header className="sidebar-head">
        <Brand />
      </header>
      <label className="search">
        <Icon name="search" size={16} />
        <input
          type="search"
          placeholder="Search conversations"
          aria-label="Search conversations"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </label>
      <ConversationList filter={filter} />
      <ProfileBadge />
    </aside>
  );
}
