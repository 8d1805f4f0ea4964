// The API's address follows from the page's host name, as in the production client.

export interface ApiAddress {
  /** Prefix of every REST call, without a trailing slash. */
  readonly rest: string;
  /** Origin of the Socket.IO server; its path is the default, /socket.io/. */
  readonly socket: string;
}

const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1"]);

/** Throws an Error for a host that has no API: a page served from elsewhere must not guess one. */
export function apiAddress(hostname: string = window.location.hostname): ApiAddress {
  if (!LOCAL_HOSTS.has(hostname)) {
    throw new Error(
      `No API address is known for the host ${hostname}: open the chat as localhost.`,
    );
  }
  return { rest: "http://localhost:8000/api/v1", socket: "http://localhost:8000" };
}

export const MESSAGE_PAGE_SIZE = 50;
export const DESKTOP_QUERY = "(min-width: 1024px)";
