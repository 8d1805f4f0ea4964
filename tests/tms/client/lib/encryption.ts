// The start of end-to-end encryption on this device: what the production client asks for.

import { call } from "@/lib/api";

const BACKUP_KEY = "tms_key_backup";

/** How long after navigation the password is asked for, in ms. */
const PROMPT_FROM_MS = 3500;
const PROMPT_TO_MS = 5300;

/**
 * Publishes this device's key bundle and hands out sender keys. Resolves to false, without
 * noise, when the bundle can't be published: the chat then goes on without asking for anything.
 */
export async function initialiseEncryption(): Promise<boolean> {
  try {
    await call("GET", "/encryption/keys/status");
    await call("POST", "/encryption/keys/bundle", publicBundle());
  } catch {
    return false;
  }
  await Promise.allSettled([
    call("GET", "/encryption/sender-keys"),
    call("POST", "/encryption/sender-keys/distribute", { keys: [] }),
  ]);
  return true;
}

function publicBundle() {
  const random = (length: number) => {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    return btoa(String.fromCharCode(...bytes));
  };
  return {
    identity_key: random(32),
    signed_pre_key: { id: 1, key: random(32), signature: random(64) },
    one_time_pre_keys: Array.from({ length: 10 }, (_, id) => ({ id, key: random(32) })),
  };
}

export function hasKeyBackup(): boolean {
  return localStorage.getItem(BACKUP_KEY) === "true";
}

export function rememberKeyBackup(): void {
  localStorage.setItem(BACKUP_KEY, "true");
}

/** Milliseconds from now until the password is asked for in this load of the page. */
export function promptDelayMs(): number {
  const moment = PROMPT_FROM_MS + Math.random() * (PROMPT_TO_MS - PROMPT_FROM_MS);
  return Math.max(0, moment - performance.now());
}
