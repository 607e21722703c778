// format.ts -- times and verdicts as people read them.

export const parseDuration = (s: string | null | undefined): number => {
  const m = /^(-?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,3}))?$/.exec(s ?? "");
  if (!m) return 0;
  const ms = ((+m[2] * 60 + +m[3]) * 60 + +m[4]) * 1000 + +(m[5] ?? "0").padEnd(3, "0");
  return m[1] ? -ms : ms;
};

export const clock = (ms: number): string => {
  const s = Math.floor(Math.abs(ms) / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${ms < 0 ? "-" : ""}${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
};

// Points come in thousandths: 76000 is "76", 33333 is "33.333".
export const points = (milli: number): string => String(milli / 1000);

export const minute = (ms: number): number => Math.floor(ms / 60000);

export const verdictWords: Record<string, string> = {
  AC: "accepted",
  WA: "wrong answer",
  TLE: "time limit exceeded",
  RTE: "run-time error",
  MLE: "memory limit exceeded",
  OLE: "output limit exceeded",
  CE: "compile error",
  SV: "security violation",
};

export const glyph = (verdict: string | null | undefined): string =>
  verdict === "AC" ? "✓" : verdict ? "✗" : "…";
