import type { Id, Message, Reaction } from "@/lib/types";

const SHOWN = 6;

interface Chip {
  emoji: string;
  count: number;
  own: boolean;
}

/** One chip per emoji, the most used ones first. */
function chips(reactions: Reaction[], ownId: Id): Chip[] {
  const byEmoji = new Map<string, Chip>();
  for (const { emoji, userId } of reactions) {
    const chip = byEmoji.get(emoji) ?? { emoji, count: 0, own: false };
    chip.count += 1;
    chip.own ||= userId === ownId;
    byEmoji.set(emoji, chip);
  }
  return [...byEmoji.values()].sort((a, b) => b.count - a.count).slice(0, SHOWN);
}

export function Reactions({
  message,
  ownId,
  onToggle,
}: {
  message: Message;
  ownId: Id;
  onToggle(message: Message, emoji: string): void;
}) {
  if (message.reactions.length === 0) {
    return null;
  }
  return (
    <div className="reactions">
      {chips(message.reactions, ownId).map(({ emoji, count, own }) => (
        <button
          key={emoji}
          type="button"
          className={`chip${own ? " is-own" : ""}`}
          aria-pressed={own}
          onClick={() => onToggle(message, emoji)}
        >
          <span>{emoji}</span>
          <span>{count}</span>
        </button>
      ))}
    </div>
  );
}
