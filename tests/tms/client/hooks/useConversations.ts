"use client";

import { useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api";
import type { Id } from "@/lib/types";

export const CONVERSATIONS_KEY = ["conversations"] as const;

export function conversationKey(id: Id | null) {
  return ["conversation", id] as const;
}

export function useConversations(enabled: boolean) {
  return useQuery({ queryKey: CONVERSATIONS_KEY, queryFn: api.conversations, enabled });
}

export function useConversation(id: Id | null, enabled: boolean) {
  return useQuery({
    queryKey: conversationKey(id),
    queryFn: () => api.conversation(id ?? ""),
    enabled: enabled && id !== null,
  });
}
