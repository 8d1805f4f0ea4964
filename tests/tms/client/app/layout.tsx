import type { Metadata } from "next";
import type { ReactNode } from "react";
import "@/styles/base.css";
import "@/styles/shell.css";
import "@/styles/messages.css";
import "@/styles/cards.css";

export const metadata: Metadata = {
  title: "TMS Chat",
  description: "Reference client of the TMS team chat",
  icons: { icon: "data:," },
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
