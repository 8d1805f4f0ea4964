"use client";

import { useRef } from "react";
import { Content } from "@/components/bubble/Content";
import { HoverMenu } from "@/components/bubble/HoverMenu";
import { Reactions } from "@/components/bubble/Reactions";
import { StatusTicks } from "@/components/bubble/StatusTicks";
import { Icon } from "@/components/Icon";
import type { ChatActions } from "@/hooks/useChatActions";
import { useExtraElements } from "@/hooks/useRowFaults";
import { preview, timeOfDay, userName } from "@/lib/format";
import type { Id, Message } from "@/lib/types";

export interface BubbleProps {
  message: Message;
  ownId: Id;
  actions: ChatActions;
  onReply(message: Message): void;
}

function Quote({ message }: { message: Message }) {
  if (message.replyTo === null) {
    return null;
  }
  return (
    <div className="quote">
      <b>{userName(message.replyTo.sender)}</b>
      <span>{preview({ ...message, ...message.replyTo })}</span>
    </div>
  );
}

function Foot({ message, own }: { message: Message; own: boolean }) {
  return (
    <div className="bubble-foot">
      {message.encrypted && (
        <span className="lock" title="End-to-end encrypted">
          <Icon name="lock" size={12} />
        </span>
      )}
      {message.isEdited && <span>edited</span>}
      <time dateTime={message.createdAt}>{timeOfDay(message.createdAt)}</time>
      {own && <StatusTicks status={message.status} />}
    </div>
  );
}

/** One message: who, what, when, and what can be done with it. */
export function Bubble({ message, ownId, actions, onReply }: BubbleProps) {
  const bubble = useRef<HTMLDivElement>(null);
  const extra = useExtraElements(bubble);
  const own = message.senderId === ownId;
  return (
    <div ref={bubble} className={`bubble max-w-[85%]${own ? " is-own" : ""}`}>
      <div className="bubble-head">
        <span className="bubble-name">{own ? "You" : userName(message.sender)}</span>
        <span className="bubble-handle">
          {message.sender?.username && `@${message.sender.username}`}
        </span>
      </div>
      <Quote message={message} />
      <Content message={message} onVote={actions.vote} />
      <Foot message={message} own={own} />
      <Reactions message={message} ownId={ownId} onToggle={actions.toggleReaction} />
      <HoverMenu
        onReply={() => onReply(message)}
        onCopy={() => void navigator.clipboard.writeText(preview(message))}
        onReact={(emoji) => actions.toggleReaction(message, emoji)}
      />
      {extra}
    </div>
  );
}
