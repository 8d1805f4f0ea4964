// Changes to the loaded message pages. Each returns the same object when nothing changed, so
// that an event about a message that is not loaded causes no rendering.

import type { InfiniteData } from "@tanstack/react-query";
import type { Id, Message, MessagePage, Poll, Reaction } from "@/lib/types";

export type Pages = InfiniteData<MessagePage, string | null>;

export function messagesKey(conversationId: Id | null) {
  return ["messages", conversationId] as const;
}

function mapMessages(pages: Pages, change: (message: Message) => Message): Pages {
  let changed = false;
  const next = pages.pages.map((page) => {
    const data = page.data.map(change);
    const same = data.every((message, i) => message === page.data[i]);
    changed ||= !same;
    return same ? page : { ...page, data };
  });
  return changed ? { ...pages, pages: next } : pages;
}

/** True for the optimistic copy of a message that has now come back from the server. */
function isCopyOf(candidate: Message, stored: Message): boolean {
  return (
    candidate.status === "sending" &&
    candidate.senderId === stored.senderId &&
    candidate.content === stored.content
  );
}

/**
 * Adds a message to the newest page, in order, unless it is there already. The event may come
 * before the answer to the request that sent it, so it replaces the optimistic copy.
 */
export function addMessage(pages: Pages, message: Message): Pages {
  const [newest, ...older] = pages.pages;
  const known = pages.pages.some((page) => page.data.some(({ id }) => id === message.id));
  if (newest === undefined || known) {
    return pages;
  }
  const copy = newest.data.findIndex((candidate) => isCopyOf(candidate, message));
  const rest = newest.data.filter((_, i) => i !== copy);
  const data = [message, ...rest].sort((a, b) => b.sequenceNumber - a.sequenceNumber);
  return { ...pages, pages: [{ ...newest, data }, ...older] };
}

export function removeMessage(pages: Pages, id: Id): Pages {
  const next = pages.pages.map((page) => ({
    ...page,
    data: page.data.filter((message) => message.id !== id),
  }));
  return { ...pages, pages: next };
}

/** The optimistic message gives way to the one that the server stored. */
export function settleMessage(pages: Pages, temporaryId: Id, stored: Message): Pages {
  return addMessage(removeMessage(pages, temporaryId), stored);
}

export function patchMessage(pages: Pages, id: Id, patch: Partial<Message>): Pages {
  return mapMessages(pages, (message) => (message.id === id ? { ...message, ...patch } : message));
}

/** One reaction per user and message: another emoji replaces the former one. */
export function addReaction(pages: Pages, id: Id, reaction: Reaction): Pages {
  return mapMessages(pages, (message) => {
    if (message.id !== id) {
      return message;
    }
    const others = message.reactions.filter(({ userId }) => userId !== reaction.userId);
    return { ...message, reactions: [...others, reaction] };
  });
}

export function removeReaction(pages: Pages, id: Id, userId: Id, emoji: string): Pages {
  return mapMessages(pages, (message) => {
    if (message.id !== id) {
      return message;
    }
    const left = message.reactions.filter((r) => r.userId !== userId || r.emoji !== emoji);
    return left.length === message.reactions.length ? message : { ...message, reactions: left };
  });
}

/** A poll's new counts. userVotes is worked out here: an event carries the voter's, not ours. */
export function setPoll(pages: Pages, poll: Poll, ownId: Id): Pages {
  const userVotes = poll.options.filter((o) => o.voters.includes(ownId)).map(({ id }) => id);
  return mapMessages(pages, (message) =>
    message.poll?.id === poll.id ? { ...message, poll: { ...poll, userVotes } } : message,
  );
}
