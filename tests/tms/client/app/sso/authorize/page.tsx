"use client";

import { useState } from "react";
import { startSession } from "@/lib/session";

/** Stands for the company's sign-on: whoever has a token may come in. */
export default function SignOnPage() {
  const [token, setToken] = useState("");
  return (
    <form
      className="splash sign-on"
      onSubmit={(event) => {
        event.preventDefault();
        startSession(token.trim());
        window.location.replace("/chats");
      }}
    >
      <span className="brand-mark">T</span>
      <h1>Sign in</h1>
      <p>You are not logged in. Paste a token of a seeded user to try the chat.</p>
      <textarea
        rows={4}
        aria-label="Token"
        placeholder="eyJhbGciOi…"
        value={token}
        onChange={(event) => setToken(event.target.value)}
      />
      <button type="submit" className="button button-primary" disabled={token.trim() === ""}>
        Sign in
      </button>
    </form>
  );
}
