export function Splash({ text }: { text: string }) {
  return (
    <div className="splash">
      <span className="brand-mark">T</span>
      <h1>TMS Chat</h1>
      <p>{text}</p>
    </div>
  );
}
