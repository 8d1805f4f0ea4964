// Each fault does what it says, in both lists, and nothing while it is off.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./chat.mjs";
import { compare, EFFECTS } from "./effects.mjs";

describe("faults", { concurrency: 3 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  /** What must hold between the figures without and with the fault. */
  const HOLDS = {
    "fault-elements=50": (off, on) => on === off + Math.round(off / 2),
    "fault-listener=on": (off, on) => on >= off + 45,
    "fault-detached=1000": (off, on) => off < 100 && on >= 950 && on <= 1150,
    "fault-script-per-row=5": (off, on) => on >= off + 100,
    "fault-script-per-message=100": (off, on) => on >= off + 60,
    "fault-blank=on": (off, on) => off <= 20 && on >= 80,
    "fault-jump=200": (off, on) => Math.abs(off) <= 60 && on - off >= 150 && on - off <= 250,
    "decrypt=sequential (off: parallel)": (off, on) => off > 0 && on > 2 * off,
  };

  for (const effect of EFFECTS) {
    for (const list of effect.lists) {
      test(`${effect.label}, ${list} list: ${effect.unit}`, async () => {
        const { off, on } = await compare(browser, effect, list);
        assert.ok(HOLDS[effect.label](off, on), `without ${off}, with ${on}`);
      });
    }
  }
});
