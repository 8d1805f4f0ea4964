// Login is two plain strings in localStorage, written by whoever logs the user in.

import { switches } from "@/lib/switches";

const TOKEN_KEY = "auth_token";
const ACTIVE_KEY = "tms_session_active";

/** The token, or null when nobody counts as logged in. */
export function sessionToken(): string | null {
  const token = localStorage.getItem(TOKEN_KEY);
  if (token === null || token === "") {
    return null;
  }
  const active = localStorage.getItem(ACTIVE_KEY) === "true";
  return active || switches()["trap-two-keys"] === "off" ? token : null;
}

export function startSession(token: string): void {
  localStorage.setItem(TOKEN_KEY, token);
  localStorage.setItem(ACTIVE_KEY, "true");
}

/** Forgets the token and leaves the app by a full load: nothing of the page survives. */
export function logOut(): void {
  localStorage.removeItem(TOKEN_KEY);
  window.location.replace("/");
}
