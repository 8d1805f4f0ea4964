"use client";

import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Icon } from "@/components/Icon";

/** While mounted, nothing outside of the dialog reacts to the pointer and nothing scrolls. */
function useScrollLock(): void {
  useEffect(() => {
    const prevent = (event: Event) => event.preventDefault();
    const options = { passive: false, capture: true };
    const before = document.body.style.pointerEvents;
    document.body.style.pointerEvents = "none";
    document.body.setAttribute("data-scroll-locked", "1");
    document.addEventListener("wheel", prevent, options);
    document.addEventListener("touchmove", prevent, options);
    return () => {
      document.body.style.pointerEvents = before;
      document.body.removeAttribute("data-scroll-locked");
      document.removeEventListener("wheel", prevent, options);
      document.removeEventListener("touchmove", prevent, options);
    };
  }, []);
}

function useEscape(onEscape: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") {
        onEscape();
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [onEscape]);
}

export function EncryptionDialog({ onClose, onBackUp }: { onClose(): void; onBackUp(): void }) {
  const [password, setPassword] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useScrollLock();
  useEscape(onClose);
  useEffect(() => input.current?.focus(), []);

  return createPortal(
    <div className="dialog-backdrop">
      <form
        role="dialog"
        aria-modal
        aria-labelledby="encryption-title"
        className="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          onBackUp();
        }}
      >
        <div className="dialog-icon">
          <Icon name="lock" size={26} />
        </div>
        <h2 id="encryption-title">Protect your messages</h2>
        <p>
          Enter the password of your account to back up the encryption keys of this device. Without
          a backup, encrypted messages can&apos;t be read on another one.
        </p>
        <input
          ref={input}
          type="password"
          autoComplete="current-password"
          placeholder="Account password"
          aria-label="Account password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            Not now
          </button>
          <button type="submit" className="button button-primary" disabled={password === ""}>
            Back up keys
          </button>
        </div>
      </form>
    </div>,
    document.body,
  );
}
