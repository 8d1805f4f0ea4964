import { Icon } from "@/components/Icon";

const QUICK = ["👍", "❤️", "😂", "🎉", "👀", "🙏"];

/** Shown by a style while the pointer is over the bubble; always in the document. */
export function HoverMenu({ onReply, onReact }: { onReply(): void; onReact(emoji: string): void }) {
  return (
    <div className="hover-menu">
      {QUICK.map((emoji) => (
        <button key={emoji} type="button" aria-label={`React with ${emoji}`} onClick={() => onReact(emoji)}>
          {emoji}
        </button>
      ))}
      <button type="button" aria-label="Reply" onClick={onReply}>
        <Icon name="reply" size={16} />
      </button>
      <button type="button" aria-label="More">
        <Icon name="more" size={16} />
      </button>
    </div>
  );
}
