"use client";

import { useState } from "react";
import { useChat } from "@/components/ChatProvider";
import { IconButton } from "@/components/Icon";
import { Conversation } from "@/components/shell/Conversation";
import { ConversationList } from "@/components/shell/ConversationList";
import { Brand, Sidebar } from "@/components/shell/Sidebar";
import { useIsDesktop } from "@/hooks/useIsDesktop";
import { switches } from "@/lib/switches";

function DesktopTree() {
  return (
    <div className="tree hidden lg:flex">
      <Sidebar />
      <main className="chat">
        <Conversation />
      </main>
    </div>
  );
}

/** A start page with the list, and a drawer with the list again over an open conversation. */
function MobileTree() {
  const { conversationId } = useChat();
  const [drawer, setDrawer] = useState(false);
  const isOpen = conversationId !== null;
  return (
    <div className="tree lg:hidden">
      <section className={`mobile-home${isOpen ? " is-away" : ""}`}>
        <header className="sidebar-head">
          <Brand />
        </header>
        <ConversationList />
      </section>
      <main className={`chat${isOpen ? "" : " is-away"}`}>
        <Conversation onMenu={() => setDrawer(true)} />
      </main>
      <div className={`drawer${drawer ? " is-open" : ""}`}>
        <header className="sidebar-head">
          <Brand />
          <IconButton icon="close" label="Close" onClick={() => setDrawer(false)} />
        </header>
        <ConversationList onOpened={() => setDrawer(false)} />
      </div>
    </div>
  );
}

/** Both trees are mounted, and a style hides one of them, unless trap-twin is off. */
export function ChatShell() {
  const isDesktop = useIsDesktop();
  const both = switches()["trap-twin"] === "on";
  return (
    <>
      {(both || isDesktop) && <DesktopTree />}
      {(both || !isDesktop) && <MobileTree />}
    </>
  );
}
