"use client";

import { useEffect, useState } from "react";
import type { Socket } from "socket.io-client";
import type { Id } from "@/lib/types";

type Comings = ReadonlyMap<Id, boolean>;

/** Who is online: those who were at the start, and who came and went since. */
export function useOnline(socket: Socket | null, atStart: ReadonlySet<Id>): ReadonlySet<Id> {
  const [comings, setComings] = useState<Comings>(new Map());
  useEffect(() => {
    if (socket === null) {
      return;
    }
    const note = (here: boolean) => (event: { user_id: Id }) =>
      setComings((before) => new Map(before).set(event.user_id, here));
    const came = note(true);
    const went = note(false);
    socket.on("user_online", came);
    socket.on("user_offline", went);
    return () => {
      socket.off("user_online", came);
      socket.off("user_offline", went);
    };
  }, [socket]);

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
