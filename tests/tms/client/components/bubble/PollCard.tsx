import type { Id, Poll, PollOption } from "@/lib/types";

function share(option: PollOption, poll: Poll): number {
  return poll.totalVotes === 0 ? 0 : Math.round((100 * option.voteCount) / poll.totalVotes);
}

function Option({
  option,
  poll,
  onVote,
}: {
  option: PollOption;
  poll: Poll;
  onVote(id: Id): void;
}) {
  const own = poll.userVotes.includes(option.id);
  const percent = share(option, poll);
  return (
    <button
      type="button"
      className={`poll-option${own ? " is-own" : ""}`}
      aria-pressed={own}
      disabled={poll.isClosed}
      onClick={() => onVote(option.id)}
    >
      <span className="poll-bar" style={{ width: `${percent}%` }} />
      <span className="poll-label">{option.optionText}</span>
      <span className="poll-percent">{percent} %</span>
    </button>
  );
}

export function PollCard({ poll, onVote }: { poll: Poll; onVote(optionId: Id): void }) {
  const options = [...poll.options].sort((a, b) => a.position - b.position);
  const votes = poll.totalVotes === 1 ? "1 vote" : `${poll.totalVotes} votes`;
  return (
    <div className="poll-card">
      <h3>{poll.question}</h3>
      {options.map((option) => (
        <Option key={option.id} option={option} poll={poll} onVote={onVote} />
      ))}
      <p className="poll-total">
        {votes} · {poll.multipleChoice ? "several choices" : "one choice"}
        {poll.isClosed && " · closed"}
      </p>
    </div>
  );
}
