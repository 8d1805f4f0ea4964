// Opening encrypted messages: AES-256-GCM, one key per conversation.
//
// The content of an encrypted message is {"v":1,"iv":"<base64>","ct":"<base64>"}. Each message
// that is opened leaves a User Timing measure "tms.decrypt" with {detail:{id}}.

import { api } from "@/lib/api";
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

async function openMessage(message: Message): Promise<Message> {
  const key = await conversationKey(message.conversationId);
  const start = performance.now();
  const envelope = JSON.parse(message.content) as Envelope;
  if (envelope.v !== 1) {
    throw new Error(`Message ${message.id} has envelope version ${envelope.v}: only 1 is known.`);
  }
  const plain = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: fromBase64(envelope.iv) },
    key,
    fromBase64(envelope.ct),
  );
  const content = new TextDecoder().decode(plain);
  performance.measure("tms.decrypt", {
    start,
    end: performance.now(),
    detail: { id: message.id },
  });
  return { ...message, content, opened: true };
}

/** A message that can't be opened stays closed, and the console says why. */
async function open(message: Message): Promise<Message> {
  if (!message.encrypted) {
    return message;
  }
  try {
    return await openMessage(message);
  } catch (error) {
    console.error("Decryption failed:", error);
    return message;
  }
}

/** The same messages in the same order, the encrypted ones opened as the switch `decrypt` says. */
export async function decryptMessages(messages: Message[]): Promise<Message[]> {
  const mode = switches().decrypt;
  if (mode === "off" || !messages.some((message) => message.encrypted)) {
    return messages;
  }
  if (mode === "parallel") {
    return Promise.all(messages.map(open));
  }
  const opened: Message[] = [];
  for (const message of messages) {
    opened.push(await open(message));
  }
  return opened;
}
