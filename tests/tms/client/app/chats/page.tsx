/** /chats and /chats?id=<conversation>: the layout shows everything. */
export default function ChatsPage() {
  return null;
}
