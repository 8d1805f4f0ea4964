// Words and figures for people.

import type { Conversation, Message, User } from "@/lib/types";

const timeFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});
const shortDayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

export function timeOfDay(iso: string): string {
  return timeFormat.format(new Date(iso));
}

export function day(iso: string): string {
  return dayFormat.format(new Date(iso));
}

/** The time today, the day before that: what a conversation list shows. */
export function shortWhen(iso: string, now: Date = new Date()): string {
  const date = new Date(iso);
  return date.toDateString() === now.toDateString()
    ? timeFormat.format(date)
    : shortDayFormat.format(date);
}

export function userName(user: User | null | undefined): string {
  if (!user) {
    return "Unknown";
  }
  const full = [user.firstName, user.lastName].filter(Boolean).join(" ");
  return user.name || full || user.username || "Unknown";
}

export function conversationName(conversation: Conversation): string {
  return conversation.display_name || conversation.name || "Conversation";
}

/** When something last happened in a conversation, as an ISO time. */
export function lastActivity(conversation: Conversation): string {
  return conversation.lastMessage?.createdAt ?? conversation.updatedAt;
}

export function initials(name: string): string {
  const words = name.split(/[\s_.-]+/).filter(Boolean);
  const first = words[0]?.[0] ?? "?";
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : "";
  return (first + last).toUpperCase();
}

/** A hue from 0 to 359 that stays the same for the same text. */
export function hue(text: string): number {
  let hash = 0;
  for (const char of text) {
    hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  }
  // Neighbouring names should not look alike, so the hash is spread over the circle.
  return (hash * 137) % 360;
}

export function byteSize(bytes: number | undefined): string {
  if (bytes === undefined) {
    return "size unknown";
  }
  if (bytes < 1024) {
    return `${bytes} B`;
  }
  const units = ["kB", "MB", "GB"];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

export function duration(seconds: number | undefined): string {
  const whole = Math.round(seconds ?? 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function fileExtension(fileName: string): string {
  const dot = fileName.lastIndexOf(".");
  return dot > 0 ? fileName.slice(dot + 1, dot + 5).toUpperCase() : "FILE";
}

/** One line about a message, for lists and quotes. */
export function preview(message: Message): string {
  if (message.encrypted && !message.opened) {
    return "Encrypted message";
  }
  switch (message.type) {
    case "IMAGE":
      return "Photo";
    case "FILE":
      return message.metadata?.fileName ?? "File";
    case "VOICE":
      return "Voice message";
    case "CALL":
      return "Call";
    case "POLL":
      return `Poll: ${message.content}`;
    default:
      return message.content;
  }
}
