"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { ChatProvider } from "@/components/ChatProvider";
import { ChatShell } from "@/components/shell/ChatShell";
import { Splash } from "@/components/Splash";
import { sessionToken } from "@/lib/session";
import { switches } from "@/lib/switches";

type Gate = { state: "checking" } | { state: "open" } | { state: "broken"; why: string };

function check(): Gate | "logged out" {
  try {
    switches();
  } catch (error) {
    return { state: "broken", why: (error as Error).message };
  }
  return sessionToken() === null ? "logged out" : { state: "open" };
}

function newClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        staleTime: Infinity,
        gcTime: Infinity,
      },
    },
  });
}

/** Lets the chat in when somebody is logged in, and sends everybody else to the start page. */
export function SessionGate() {
  const router = useRouter();
  const [gate, setGate] = useState<Gate>({ state: "checking" });
  const [client] = useState(newClient);
  useEffect(() => {
    const result = check();
    if (result === "logged out") {
      router.replace("/");
    } else {
      setGate(result);
    }
  }, [router]);

  if (gate.state === "broken") {
    return <Splash text={gate.why} />;
  }
  if (gate.state === "checking") {
    return <Splash text="Opening your conversations…" />;
  }
  return (
    <QueryClientProvider client={client}>
      <ChatProvider>
        <ChatShell />
      </ChatProvider>
    </QueryClientProvider>
  );
}
