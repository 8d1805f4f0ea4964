"use client";

import { useParams, useSearchParams } from "next/navigation";
import type { Id } from "@/lib/types";

/** The open conversation: /chats/<id>, or /chats?id=<id> as the sidebar writes it. */
export function useConversationId(): Id | null {
  const params = useParams<{ id?: string }>();
  const search = useSearchParams();
  return params.id ?? search.get("id");
}
