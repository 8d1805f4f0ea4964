import type { ChatActions } from "@/hooks/useChatActions";
import type { LoadedMessages } from "@/hooks/useMessages";
import type { Id, Message } from "@/lib/types";

/** What both message lists are given. */
export interface MessageListProps {
  loaded: LoadedMessages;
  ownId: Id;
  actions: ChatActions;
  onReply(message: Message): void;
}
