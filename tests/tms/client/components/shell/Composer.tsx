"use client";

import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useActions, useChat } from "@/components/ChatProvider";
import { IconButton } from "@/components/Icon";
import { preview, userName } from "@/lib/format";
import type { Message } from "@/lib/types";

const TYPING_STOPS_AFTER_MS = 2000;

/** Tells the others about typing: once at its start, once after a pause. */
function useTypingSignal() {
  const { setTyping } = useActions();
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const stop = () => {
    if (timer.current !== undefined) {
      clearTimeout(timer.current);
      timer.current = undefined;
      setTyping(false);
    }
  };
  const start = () => {
    if (timer.current === undefined) {
      setTyping(true);
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(stop, TYPING_STOPS_AFTER_MS);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return { start, stop };
}

function ReplyBar({ message, onCancel }: { message: Message; onCancel(): void }) {
  return (
    <div className="reply-bar">
      <div className="quote">
        <b>{userName(message.sender)}</b>
        <span>{preview(message)}</span>
      </div>
      <IconButton icon="close" label="Cancel the reply" onClick={onCancel} />
    </div>
  );
}

function AttachButton() {
  const { sendFile } = useActions();
  const picker = useRef<HTMLInputElement>(null);
  const onPicked = (files: FileList | null) => {
    for (const file of files ?? []) {
      sendFile(file);
    }
  };
  return (
    <>
      <input ref={picker} type="file" hidden onChange={(event) => onPicked(event.target.files)} />
      <IconButton icon="paperclip" label="Attach a file" onClick={() => picker.current?.click()} />
    </>
  );
}

export function Composer() {
  const { replyTo, setReplyTo } = useChat();
  const { sendText } = useActions();
  const [text, setText] = useState("");
  const typing = useTypingSignal();

  const send = () => {
    const content = text.trim();
    if (content !== "") {
      sendText(content, replyTo);
      setText("");
      setReplyTo(null);
      typing.stop();
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };

  return (
    <footer className="composer">
      {replyTo !== null && <ReplyBar message={replyTo} onCancel={() => setReplyTo(null)} />}
      <div className="composer-row">
        <AttachButton />
        <textarea
          rows={1}
          value={text}
          placeholder="Write a message"
          aria-label="Message"
          onChange={(event) => {
            setText(event.target.value);
            typing.start();
          }}
          onKeyDown={onKeyDown}
        />
        <IconButton icon="smile" label="Add a smile" onClick={() => setText(`${text}🙂`)} />
        <button
          type="button"
          className="send-button"
          aria-label="Send"
          disabled={text.trim() === ""}
          onClick={send}
        >
          <SendIcon />
        </button>
      </div>
    </footer>
  );
}

function SendIcon() {
  return (
    <svg width={20} height={20} viewBox="0 0 24 24" fill="currentColor" aria-hidden>
      <path d="M3 11.500 21 3l-5.500 18-4-7.500L3 11.500Z" />
    </svg>
  );
}
