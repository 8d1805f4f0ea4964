"use client";

import { useEffect, useState } from "react";
import { api, ApiError } from "@/lib/api";
import { logOut } from "@/lib/session";
import { switches } from "@/lib/switches";
import type { CurrentUser } from "@/lib/types";

interface Me {
  user: CurrentUser | null;
  /** The call has been answered, well or not. */
  settled: boolean;
}

function isUnauthorised(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/**
 * Who is logged in. Every caller asks the server for itself. All of them log out on a 401;
 * the one that is `careless` does so on any other failure too, while trap-logout is on.
 */
export function useMe({ careless = false }: { careless?: boolean } = {}): Me {
  const [me, setMe] = useState<Me>({ user: null, settled: false });
  useEffect(() => {
    api.me().then(
      (user) => setMe({ user, settled: true }),
      (error: unknown) => {
        if (isUnauthorised(error) || (careless && switches()["trap-logout"] === "on")) {
          logOut();
          return;
        }
        setMe({ user: null, settled: true });
      },
    );
  }, [careless]);
  return me;
}
