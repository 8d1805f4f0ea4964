import { Icon } from "@/components/Icon";

const QUICK = ["👍", "❤️", "😂", "🎉", "👀", "🙏"];

interface Props {
  onReply(): void;
  onCopy(): void;
  onReact(emoji: string): void;
}

/** Shown by a style while the pointer is over the bubble; always in the document. */
export function HoverMenu({ onReply, onCopy, onReact }: Props) {
  return (
    <div className="hover-menu">
      {QUICK.map((emoji) => (
        <button
          key={emoji}
          type="button"
          aria-label={`React with ${emoji}`}
          onClick={() => onReact(emoji)}
        >
          {emoji}
        </button>
      ))}
      <button type="button" aria-label="Reply" onClick={onReply}>
        <Icon name="reply" size={16} />
      </button>
      <button type="button" aria-label="Copy" onClick={onCopy}>
        <Icon name="copy" size={16} />
      </button>
    </div>
  );
}
