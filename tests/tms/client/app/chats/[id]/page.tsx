/** /chats/<conversation>: the layout shows everything. */
export default function ConversationPage() {
  return null;
}
