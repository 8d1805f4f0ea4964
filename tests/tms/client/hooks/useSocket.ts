"use client";

import { useEffect, useState } from "react";
import { io, type Socket } from "socket.io-client";
import { apiAddress } from "@/lib/config";
import { sessionToken } from "@/lib/session";

const ATTEMPTS = 5;

/** One Socket.IO connection for the whole app, opened when `ready` turns true. */
export function useSocket(ready: boolean): Socket | null {
  const [socket, setSocket] = useState<Socket | null>(null);
  useEffect(() => {
    if (!ready) {
      return;
    }
    const opened = io(apiAddress().socket, {
      transports: ["websocket"],
      auth: { token: sessionToken() },
      reconnectionAttempts: ATTEMPTS,
    });
    setSocket(opened);
    return () => {
      opened.close();
    };
  }, [ready]);
  return socket;
}
