// What the API sends, in its own camelCase. Fields that the client does not read are left out.

export type Id = string;

export interface User {
  id: Id;
  username: string | null;
  name: string | null;
  firstName: string | null;
  lastName: string | null;
  image: string | null;
}

export interface CurrentUser extends User {
  tmsUserId: string;
  email: string;
  displayName: string | null;
  role: string;
}

export interface Reaction {
  id: Id;
  messageId: Id;
  userId: Id;
  emoji: string;
}

export interface MessageStatus {
  messageId: Id;
  userId: Id;
  status: string;
}

export interface PollOption {
  id: Id;
  optionText: string;
  position: number;
  voteCount: number;
  voters: Id[];
}

export interface Poll {
  id: Id;
  messageId: Id;
  question: string;
  multipleChoice: boolean;
  isClosed: boolean;
  expiresAt: string | null;
  options: PollOption[];
  totalVotes: number;
  userVotes: Id[];
}

export type MessageType = "TEXT" | "IMAGE" | "FILE" | "VOICE" | "POLL" | "CALL" | "SYSTEM";

export interface Attachment {
  fileName?: string;
  fileSize?: number;
  fileUrl?: string;
  mimeType?: string;
  ossKey?: string;
  width?: number;
  height?: number;
  /** Seconds; voice messages and calls. */
  duration?: number;
}

export interface Message {
  id: Id;
  conversationId: Id;
  senderId: Id;
  content: string;
  type: MessageType;
  metadata: Attachment | null;
  replyToId: Id | null;
  replyTo: { content: string; sender?: User | null } | null;
  isEdited: boolean;
  sequenceNumber: number;
  encrypted: boolean;
  /** Set by the client: the content of an encrypted message has been opened. */
  opened?: boolean;
  createdAt: string;
  deletedAt: string | null;
  sender: User | null;
  reactions: Reaction[];
  statuses: MessageStatus[];
  poll: Poll | null;
  status: "sending" | "failed" | "sent" | "delivered" | "read";
}

export interface MessagePage {
  data: Message[];
  pagination: { next_cursor: string | null; has_more: boolean; limit: number };
}

export interface Member {
  userId: Id;
  role: string;
  user: User;
}

export interface Conversation {
  id: Id;
  type: "group" | "dm";
  name: string | null;
  display_name: string | null;
  members: Member[];
  memberCount: number;
  unreadCount: number;
  updatedAt: string;
  lastMessage: Message | null;
}

export interface ConversationPage {
  data: Conversation[];
}
