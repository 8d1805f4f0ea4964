// The chime of an incoming message, made here so that no file has to be fetched.

const RATE = 8000;
const SECONDS = 0.15;
let url: string | null = null;

function wave(): Blob {
  const samples = Math.floor(RATE * SECONDS);
  const view = new DataView(new ArrayBuffer(44 + samples));
  const text = (at: number, word: string) => {
    for (let i = 0; i < word.length; i += 1) {
      view.setUint8(at + i, word.charCodeAt(i));
    }
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + samples, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, samples, true);
  for (let i = 0; i < samples; i += 1) {
    const fade = 1 - i / samples;
    view.setUint8(44 + i, 128 + Math.round(60 * fade * Math.sin((2 * Math.PI * 880 * i) / RATE)));
  }
  return new Blob([view], { type: "audio/wav" });
}

export function chime(): void {
  url ??= URL.createObjectURL(wave());
  // Refused until the user has touched the page: then there is no sound, and nothing is wrong.
  new Audio(url).play().catch(() => undefined);
}
