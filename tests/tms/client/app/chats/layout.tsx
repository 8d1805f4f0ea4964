import { Suspense, type ReactNode } from "react";
import { SessionGate } from "@/components/SessionGate";
import { Splash } from "@/components/Splash";

/** The chat lives in the layout, so that it stays mounted while routes below it change. */
export default function ChatsLayout({ children }: { children: ReactNode }) {
  return (
    <Suspense fallback={<Splash text="Opening your conversations…" />}>
      <SessionGate />
      {children}
    </Suspense>
  );
}
