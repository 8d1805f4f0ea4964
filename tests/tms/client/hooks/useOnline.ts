"use client";

import { useEffect, useState } from "react";
import type { Socket } from "socket.io-client";
import type { Id } from "@/lib/types";

type Comings = ReadonlyMap<Id, boolean>;

/** Who is online: those who were at the start, who came and went since, and we ourselves. */
export function useOnline(
  socket: Socket | null,
  atStart: ReadonlySet<Id>,
  ownId: Id | null,
): ReadonlySet<Id> {
  const [comings, setComings] = useState<Comings>(new Map());
  useEffect(() => {
    if (socket === null) {
      return;
    }
    const note = (id: Id, here: boolean) => setComings((before) => new Map(before).set(id, here));
    const came = (event: { user_id: Id }) => note(event.user_id, true);
    const went = (event: { user_id: Id }) => note(event.user_id, false);
    const connected = () => ownId !== null && note(ownId, true);
    socket.on("connect", connected);
    socket.on("user_online", came);
    socket.on("user_offline", went);
    return () => {
      socket.off("connect", connected);
      socket.off("user_online", came);
      socket.off("user_offline", went);
    };
  }, [socket, ownId]);

  const online = new Set(atStart);
  for (const [id, here] of comings) {
    if (here) {
      online.add(id);
    } else {
      online.delete(id);
    }
  }
  return online;
}
