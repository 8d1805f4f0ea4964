export interface Older {
  /** Older messages exist on the server. */
  available: boolean;
  loading: boolean;
  /** The latch of this mount is taken. */
  disabled: boolean;
  load(): void;
}

export function OlderButton({ older }: { older: Older }) {
  if (!older.available) {
    return <p className="beginning">This is the beginning of the conversation</p>;
  }
  return (
    <div className="older">
      <button type="button" className="button" disabled={older.disabled} onClick={older.load}>
        {older.loading ? "Loading…" : "Load older messages"}
      </button>
    </div>
  );
}
