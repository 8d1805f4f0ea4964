// The chain of keys of each conversation, as far as this chat needs it: how many messages have
// been opened. A ratchet must store its new position before it may open the next message, and
// that is what makes opening one after another slow.

import type { Id } from "@/lib/types";

const DATABASE = "tms_keys";
const CHAINS = "chains";

let database: Promise<IDBDatabase> | null = null;

function opened(): Promise<IDBDatabase> {
  database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(CHAINS);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB can't be opened"));
  });
  return database;
}

/** Moves a conversation's chain on by `steps` and resolves when that is stored. */
export async function advanceChain(conversationId: Id, steps: number): Promise<void> {
  const transaction = (await opened()).transaction(CHAINS, "readwrite");
  const chains = transaction.objectStore(CHAINS);
  const before = chains.get(conversationId);
  before.onsuccess = () => {
    chains.put(((before.result as number | undefined) ?? 0) + steps, conversationId);
  };
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("The chain is not stored"));
  });
}
