import { FileCard } from "@/components/bubble/FileCard";
import { PollCard } from "@/components/bubble/PollCard";
import { Icon } from "@/components/Icon";
import { pictureUrl } from "@/lib/api";
import { byteSize, duration } from "@/lib/format";
import type { Id, Message, Poll } from "@/lib/types";

function Picture({ message }: { message: Message }) {
  const { ossKey, fileName = "Photo", fileSize } = message.metadata ?? {};
  return (
    <figure className="picture">
      {ossKey === undefined ? (
        <span className="picture-missing">Picture not available</span>
      ) : (
        <img src={pictureUrl(ossKey)} alt={fileName} loading="lazy" decoding="async" />
      )}
      <figcaption>
        <Icon name="image" size={15} />
        <span className="file-name">{fileName}</span>
        <span className="file-size">{byteSize(fileSize)}</span>
      </figcaption>
    </figure>
  );
}

function Recording({ message, label }: { message: Message; label: string }) {
  return (
    <div className="recording">
      <Icon name={message.type === "CALL" ? "phone" : "play"} />
      <span className="recording-track">{label}</span>
      <span>{duration(message.metadata?.duration)}</span>
    </div>
  );
}

function ClosedMessage() {
  return (
    <p className="closed">
      <Icon name="lock" size={15} /> <span>Encrypted message</span>
    </p>
  );
}

/** The part of a bubble that depends on the message's type. */
export function Content({
  message,
  onVote,
}: {
  message: Message;
  onVote(message: Message, poll: Poll, optionId: Id): void;
}) {
  const { poll } = message;
  if (message.deletedAt !== null) {
    return <p className="closed">This message was deleted</p>;
  }
  if (message.encrypted && !message.opened) {
    return <ClosedMessage />;
  }
  switch (message.type) {
    case "IMAGE":
      return <Picture message={message} />;
    case "FILE":
      return <FileCard attachment={message.metadata ?? {}} />;
    case "POLL":
      return poll === null ? (
        <p className="text">{message.content}</p>
      ) : (
        <PollCard poll={poll} onVote={(optionId) => onVote(message, poll, optionId)} />
      );
    case "VOICE":
      return <Recording message={message} label="Voice message" />;
    case "CALL":
      return <Recording message={message} label="Call" />;
    default:
      return <p className="text">{message.content}</p>;
  }
}
