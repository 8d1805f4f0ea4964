import { hue, initials } from "@/lib/format";

/** A disc with initials, in a colour that belongs to the name. */
export function Avatar({
  name,
  online = false,
  large = false,
}: {
  name: string;
  online?: boolean;
  large?: boolean;
}) {
  return (
    <div
      className={`avatar${large ? " avatar-large" : ""}${online ? " is-online" : ""}`}
      style={{ backgroundColor: `hsl(${hue(name)} 52% 46%)` }}
      aria-hidden
    >
      <span>{initials(name)}</span>
    </div>
  );
}
