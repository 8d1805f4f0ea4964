"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { Splash } from "@/components/Splash";
import { sessionToken } from "@/lib/session";

/** On to the chat, or to single sign-on: the start page itself shows nothing. */
export default function StartPage() {
  const router = useRouter();
  useEffect(() => {
    if (sessionToken() === null) {
      const back = encodeURIComponent(`${window.location.origin}/chats`);
      window.location.replace(`/sso/authorize?client_id=tms-chat&redirect_uri=${back}`);
    } else {
      router.replace("/chats");
    }
  }, [router]);
  return <Splash text="One moment…" />;
}
