"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/lib/api";
import { decryptMessages } from "@/lib/decrypt";
import { messagesKey } from "@/lib/messageCache";
import type { Id, MessagePage } from "@/lib/types";

async function fetchPage(
  conversationId: Id,
  cursor: string | null,
  signal: AbortSignal,
): Promise<MessagePage> {
  const page = await api.messages(conversationId, cursor, signal);
  return { ...page, data: await decryptMessages(page.data) };
}

/**
 * The loaded pages of a conversation, oldest message first. Pages stay in the cache when the
 * list is unmounted, so coming back shows as many messages as before.
 */
export function useMessages(conversationId: Id | null, enabled: boolean) {
  const query = useInfiniteQuery({
    queryKey: messagesKey(conversationId),
    queryFn: ({ pageParam, signal }) => fetchPage(conversationId ?? "", pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pagination }) => pagination.next_cursor,
    enabled: enabled && conversationId !== null,
  });
  const pages = query.data?.pages;
  const messages = useMemo(() => (pages ?? []).flatMap((page) => page.data).reverse(), [pages]);
  return {
    messages,
    loaded: pages !== undefined,
    failed: query.isError && pages === undefined,
    hasOlder: query.hasNextPage,
    loadingOlder: query.isFetchingNextPage,
    fetchOlder: query.fetchNextPage,
  };
}

export type LoadedMessages = ReturnType<typeof useMessages>;
