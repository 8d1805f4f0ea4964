// Every run-time switch of the reference client, in one table.
//
// A switch is set by the query of the first page that a tab loads, e.g.
//   /chats/<id>?list=virtual&trap-modal=off&fault-jump=120
// and is kept in sessionStorage, so that client-side routes and reloads of that
// tab keep it. A later full load may change single switches by its own query.
// A switch that is unknown or has a value that is not allowed stops the app with
// a sentence: a misspelt trap must not pass for a default.

interface ChoiceSwitch<V extends string> {
  readonly kind: "choice";
  readonly values: readonly V[];
  readonly initial: V;
  readonly about: string;
}

interface NumberSwitch {
  readonly kind: "number";
  readonly max: number;
  readonly initial: number;
  readonly about: string;
}

function choice<const V extends string>(
  initial: NoInfer<V>,
  values: readonly V[],
  about: string,
): ChoiceSwitch<V> {
  return { kind: "choice", values, initial, about };
}

function trap(about: string): ChoiceSwitch<"on" | "off"> {
  return choice("on", ["on", "off"], about);
}

function fault(about: string): ChoiceSwitch<"on" | "off"> {
  return choice("off", ["on", "off"], about);
}

function amount(max: number, about: string): NumberSwitch {
  return { kind: "number", max, initial: 0, about };
}

export const SWITCHES = {
  list: choice("plain", ["plain", "virtual"], "which message list is mounted"),

  "trap-logout": trap("one caller of users/me treats every failure but 401 like 401"),
  "trap-two-keys": trap("both localStorage keys are needed to count as logged in"),
  "trap-modal": trap(
    "3.5 to 5.3 s after navigation a dialog asks for the password and locks scrolling",
  ),
  "trap-latch": trap("one older page per mount of the list, then the button stays disabled"),
  "trap-first-scroll": trap(
    "plain list: the first smooth scroll to the bottom fires page 2 by itself",
  ),
  "trap-refetch": trap("a socket connect fetches all loaded pages again, one by one"),
  "trap-twin": trap("desktop and mobile tree are both mounted, one of them hidden"),
  "trap-heights": trap("virtual list: row heights are guessed and mend while scrolling"),
  "trap-live-requests": trap("seven GETs of conversations per incoming message"),

  decrypt: choice(
    "sequential",
    ["off", "sequential", "parallel"],
    "encrypted messages: left closed, opened one after another, or all at once",
  ),
  "fault-elements": amount(1000, "per cent more elements in a bubble"),
  "fault-listener": fault("a window listener is leaked per mounted message"),
  "fault-detached": amount(100_000, "detached elements kept per opening of a conversation"),
  "fault-script-per-row": amount(1000, "ms of script per row that comes into view"),
  "fault-script-per-message": amount(1000, "ms of script per message that arrives by the socket"),
  "fault-blank": fault("rows are blank while the list scrolls fast"),
  "fault-jump": amount(100_000, "px that the list jumps when older messages arrive"),
} as const;

export type SwitchName = keyof typeof SWITCHES;

type ValueOf<S> = S extends ChoiceSwitch<infer V> ? V : number;

export type Switches = { [N in SwitchName]: ValueOf<(typeof SWITCHES)[N]> };

const STORAGE_KEY = "tms_reference_switches";

function isSwitchName(name: string): name is SwitchName {
  return Object.hasOwn(SWITCHES, name);
}

function looksLikeSwitch(name: string): boolean {
  return name.startsWith("trap-") || name.startsWith("fault-");
}

function parse(name: SwitchName, text: string): string | number {
  const spec: ChoiceSwitch<string> | NumberSwitch = SWITCHES[name];
  if (spec.kind === "choice") {
    if (!spec.values.includes(text)) {
      throw new Error(`Switch ${name}=${text}: use one of ${spec.values.join(", ")}.`);
    }
    return text;
  }
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) > spec.max) {
    throw new Error(`Switch ${name}=${text}: use a number from 0 to ${spec.max}.`);
  }
  return Number(text);
}

/** Reads the switches of a query string over those that the tab already has. Throws an Error. */
export function parseSwitches(query: string, kept: Partial<Switches>): Switches {
  const result: Record<string, string | number> = {};
  for (const name of Object.keys(SWITCHES) as SwitchName[]) {
    result[name] = kept[name] ?? SWITCHES[name].initial;
  }
  for (const [name, text] of new URLSearchParams(query)) {
    if (isSwitchName(name)) {
      result[name] = parse(name, text);
    } else if (looksLikeSwitch(name)) {
      throw new Error(`Switch ${name} is unknown: see lib/switches.ts for the list.`);
    }
  }
  return result as Switches;
}

let loaded: Switches | null = null;

/** The switches of this tab, read once per full load. Browser only. Throws an Error. */
export function switches(): Switches {
  if (loaded === null) {
    const kept = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "{}") as Partial<Switches>;
    loaded = parseSwitches(window.location.search, kept);
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(loaded));
  }
  return loaded;
}
