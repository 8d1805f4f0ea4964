// Prints the table "each fault's effect: off, on, size" of tests/tms/client/README.md.
//
//   CLIENT_URL=… BASE_URL=… CONV_ID=… TOKEN_FILE=… node tests/contract/client/measure_faults.mjs
import { launch } from "./chat.mjs";
import { compare, EFFECTS } from "./effects.mjs";

function size(off, on) {
  if (typeof off !== "number" || typeof on !== "number") {
    return "–";
  }
  const difference = Math.round((on - off) * 10) / 10;
  return `${difference > 0 ? "+" : ""}${difference}`;
}

const browser = await launch();
console.log("| switch | list | figure | off | on | size |");
console.log("|---|---|---|---:|---:|---:|");
for (const effect of EFFECTS) {
  for (const list of effect.lists) {
    const { off, on } = await compare(browser, effect, list);
    const cells = [effect.label, list, effect.unit, off, on, size(off, on)];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
await browser.close();
