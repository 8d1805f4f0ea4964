"use client";

import { useActions, useChat } from "@/components/ChatProvider";
import { Icon } from "@/components/Icon";
import { PlainList } from "@/components/messages/PlainList";
import { VirtualList } from "@/components/messages/VirtualList";
import { ChatHeader } from "@/components/shell/ChatHeader";
import { Composer } from "@/components/shell/Composer";
import { userName } from "@/lib/format";
import { switches } from "@/lib/switches";

function Notice({ title, text }: { title: string; text: string }) {
  return (
    <div className="notice">
      <Icon name="alert" size={36} />
      <h2>{title}</h2>
      <p>{text}</p>
    </div>
  );
}

function TypingLine() {
  const { typing, conversation } = useChat();
  const names = typing.map((id) =>
    userName(conversation?.members.find((m) => m.userId === id)?.user),
  );
  return (
    <div className="typing-line" aria-live="polite">
      {names.length > 0 && `${names.slice(0, 3).join(", ")} typing…`}
    </div>
  );
}

function Messages() {
  const { me, messages, setReplyTo } = useChat();
  const actions = useActions();
  if (!messages.loaded) {
    return <div className="message-area is-loading">Loading messages…</div>;
  }
  const List = switches().list === "virtual" ? VirtualList : PlainList;
  return (
    <div className="message-area">
      <List loaded={messages} ownId={me?.id ?? ""} actions={actions} onReply={setReplyTo} />
    </div>
  );
}

/** Header, messages and input of the open conversation. Mounted once per tree of the layout. */
export function Conversation({ onMenu }: { onMenu?: () => void }) {
  const { conversationId, missing } = useChat();
  if (conversationId === null) {
    return <Notice title="No conversation is open" text="Choose one in the list." />;
  }
  if (missing) {
    return (
      <Notice
        title="Conversation not found"
        text="It may be gone, or you are not a member of it."
      />
    );
  }
  return (
    <>
      <ChatHeader onMenu={onMenu} />
      <Messages key={conversationId} />
      <TypingLine />
      <Composer />
    </>
  );
}
