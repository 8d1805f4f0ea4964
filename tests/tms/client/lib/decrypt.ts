// Opening encrypted messages: AES-256-GCM, one key per conversation.
//
// The content of an encrypted message is {"v":1,"iv":"<base64>","ct":"<base64>"}. Each message
// that is opened leaves a User Timing measure "tms.decrypt" with {detail:{id}}.

import { api } from "@/lib/api";
import { advanceChain } from "@/lib/ratchet";
import { switches } from "@/lib/switches";
import type { Id, Message } from "@/lib/types";

interface Envelope {
  v: number;
  iv: string;
  ct: string;
}

const keys = new Map<Id, Promise<CryptoKey>>();

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

async function importKey(conversationId: Id): Promise<CryptoKey> {
  const { key } = await api.conversationKey(conversationId);
  return crypto.subtle.importKey("raw", fromBase64(key), "AES-GCM", false, ["decrypt"]);
}

function conversationKey(conversationId: Id): Promise<CryptoKey> {
  let key = keys.get(conversationId);
  if (key === undefined) {
    key = importKey(conversationId);
    keys.set(conversationId, key);
    key.catch(() => keys.delete(conversationId));
  }
  return key;
}

async function plaintext(message: Message, key: CryptoKey): Promise<string> {
  const envelope = JSON.parse(message.content) as Envelope;
  if (envelope.v !== 1) {
    throw new Error(`Message ${message.id} has envelope version ${envelope.v}: only 1 is known.`);
  }
  const plain = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: fromBase64(envelope.iv) },
    key,
    fromBase64(envelope.ct),
  );
  return new TextDecoder().decode(plain);
}

type AfterEach = (message: Message) => Promise<void>;

/** Opens one message and marks it. One that can't be opened stays closed; the console says why. */
async function open(message: Message, afterEach: AfterEach): Promise<Message> {
  if (!message.encrypted) {
    return message;
  }
  try {
    const key = await conversationKey(message.conversationId);
    const start = performance.now();
    const content = await plaintext(message, key);
    await afterEach(message);
    const detail = { id: message.id };
    performance.measure("tms.decrypt", { start, end: performance.now(), detail });
    return { ...message, content, opened: true };
  } catch (error) {
    console.error("Decryption failed:", error);
    return message;
  }
}

/** As the chat was first: the chain's new position is stored before the next message is opened. */
async function oneAfterAnother(messages: Message[]): Promise<Message[]> {
  const opened: Message[] = [];
  for (const message of messages) {
    opened.push(await open(message, ({ conversationId }) => advanceChain(conversationId, 1)));
  }
  return opened;
}

/** The chain moves once, by the whole page. */
async function allAtOnce(messages: Message[]): Promise<Message[]> {
  const opened = await Promise.all(messages.map((message) => open(message, async () => undefined)));
  const steps = opened.filter((message) => message.opened).length;
  await advanceChain(messages[0]?.conversationId ?? "", steps);
  return opened;
}

/** The same messages in the same order, the encrypted ones opened as the switch `decrypt` says. */
export async function decryptMessages(messages: Message[]): Promise<Message[]> {
  const mode = switches().decrypt;
  if (mode === "off" || !messages.some((message) => message.encrypted)) {
    return messages;
  }
  return mode === "parallel" ? allAtOnce(messages) : oneAfterAnother(messages);
}
