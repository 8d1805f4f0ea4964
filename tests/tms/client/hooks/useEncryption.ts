"use client";

import { useCallback, useEffect, useState } from "react";
import {
  hasKeyBackup,
  initialiseEncryption,
  promptDelayMs,
  rememberKeyBackup,
} from "@/lib/encryption";
import { switches } from "@/lib/switches";

/**
 * Sets encryption up when `ready` turns true, beside everything else: it holds nothing back.
 * On a profile without a key backup it asks for the password some seconds after navigation,
 * but only if the key bundle could be published.
 */
export function useEncryption(ready: boolean) {
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (!ready) {
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    void initialiseEncryption().then((published) => {
      if (!gone && published && !hasKeyBackup() && switches()["trap-modal"] === "on") {
        timer = setTimeout(() => setAsking(true), promptDelayMs());
      }
    });
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [ready]);

  const dismiss = useCallback(() => setAsking(false), []);
  const backUp = useCallback(() => {
    rememberKeyBackup();
    setAsking(false);
  }, []);
  return { asking, dismiss, backUp };
}
