// api.ts -- one way to call the server: JSON in, JSON out, errors as sentences.

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter = 0,
  ) {
    super(message);
  }
}

// Server time minus ours, from the Date header of every answer; good to a second.
let skewMs = 0;
export const serverNow = (): number => Date.now() + skewMs;

async function send(path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...init });
  } catch {
    throw new ApiError(0, "the server cannot be reached; check the network and try again");
  }
  const date = Date.parse(answer.headers.get("date") ?? "");
  if (!Number.isNaN(date) && Math.abs(date + 500 - Date.now() - skewMs) > 1500) {
    skewMs = Math.abs(date + 500 - Date.now()) > 1500 ? date + 500 - Date.now() : 0;
  }
  return answer;
}

// An access token lives for minutes; the refresh cookie gets the next one, once for all callers.
let refreshing: Promise<boolean> | null = null;
export function refresh(): Promise<boolean> {
  refreshing ??= send("/api/refresh", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" })
    .then((a) => a.ok, () => false)
    .finally(() => (refreshing = null));
  return refreshing;
}

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let answer = await send(path, init);
  if (answer.status === 401 && !/^\/api\/(login|refresh|logout)/.test(path) && (await refresh())) {
    answer = await send(path, init);
  }
  if (!answer.ok) {
    let message = `the server answered ${answer.status}`;
    try {
      message = ((await answer.json()) as { message: string }).message ?? message;
    } catch {
      // not JSON: keep the number
    }
    throw new ApiError(answer.status, message, Number(answer.headers.get("retry-after") ?? 0));
  }
  return answer;
}

export const get = async <T>(path: string): Promise<T> => (await request(path)).json();
export const getText = async (path: string): Promise<{ text: string; type: string }> => {
  const answer = await request(path);
  return { text: await answer.text(), type: answer.headers.get("content-type") ?? "" };
};
export const post = async <T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> => {
  const answer = await request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return (text === "" ? {} : JSON.parse(text)) as T;
};

export interface Account {
  id: string;
  username: string;
  role?: string;
  type?: string;
  team_id?: string | null;
  name?: string | null;
}
export const isJury = (a: Account | null | undefined): boolean => ["jury", "admin"].includes(a?.role ?? a?.type ?? "");
export interface Contest {
  id: string;
  name: string;
  formal_name?: string | null;
  start_time: string | null;
  duration: string;
  scoreboard_freeze_duration?: string | null;
  clock_rate?: number;
  end_time?: string | null;
  own_end_time?: string | null; // of the reader's team, with its own extension
  removed_intervals?: { from: string; to: string }[];
}
export interface ContestState {
  started: string | null;
  frozen?: string | null;
  ended: string | null;
  thawed?: string | null;
  finalized: string | null;
}
export interface Problem {
  id: string;
  label: string;
  name: string;
  rgb?: string;
  color?: string;
  time_limit?: number;
  memory_limit?: number;
  statement?: Reference[];
  attachments?: Reference[];
}
export interface Reference {
  href: string; // from /api/
  mime: string;
  filename: string;
}
export interface Language {
  id: string;
  name: string;
  extensions: string[];
  version?: string;
  compiler?: { version?: string };
}
export interface Run {
  ordinal: number;
  verdict?: string;
  judgement_type_id?: string;
  time_ms?: number;
  run_time?: number;
  memory_kib?: number;
  team_message?: string | null;
  hint?: string | null;
  test_files?: { href: string; mime: string; filename: string }[]; // of a failed test that its package shows
  transcript?: string; // of such a test, else for the jury
  transcript_cut?: boolean;
  // for the jury
  test_name?: string | null;
  message?: string | null;
  exit_code?: number;
  signal?: number;
}
export interface GroupResult {
  name: string;
  verdict: string | null;
  points: number | null; // thousandths
  points_max: number | null;
}
export interface ProblemImport {
  id: string;
  problem_id: string;
  account_id: string;
  size: number;
  state: "queued" | "running" | "imported" | "unchanged" | "refused" | "failed";
  step: string;
  version: number | null;
  errors: string[];
  notes: string[];
  created_at: string | null;
  finished_at: string | null;
}
export interface Submission {
  id: string;
  contest_id?: string;
  problem_id: string;
  language_id: string;
  team_id: string;
  time: string;
  contest_time: string;
  state?: string;
  verdict?: string | null;
  practice?: boolean;
  judgement?: { max_run_time?: number | null; tests_total?: number | null; score?: number; groups?: GroupResult[] } | null;
  runs?: Run[];
  tests_accepted?: number;
  tests_run?: number;
  compile_output?: string | null;
}
