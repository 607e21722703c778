// main.tsx -- the frame of all pages: header with contest, state and clock; the router.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError, get, isJury, post, serverNow, type Account, type Contest, type ContestState } from "./api";
import { clock, parseDuration } from "./format";
import { Home } from "./pages/home";
import { Imports } from "./pages/imports";
import { Login } from "./pages/login";
import { ProblemPage, Problems } from "./pages/problems";
import { StandingsPage } from "./pages/standings";
import { SubmissionPage, Submissions } from "./pages/submissions";

export function go(path: string): void {
  history.pushState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
}

// Links within the site change the page without loading it anew.
addEventListener("click", (e) => {
  const a = (e.target as Element).closest?.("a");
  if (!a || a.target || e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0) return;
  if (a.origin !== location.origin || a.pathname.startsWith("/api")) return;
  e.preventDefault();
  go(a.pathname + a.search);
});

export type Phase = "unscheduled" | "before" | "running" | "frozen" | "ended" | "final";

export function phaseOf(c: Contest, s: ContestState | null, now: number): Phase {
  if (!c.start_time) return "unscheduled";
  const start = Date.parse(c.start_time);
  const rate = c.clock_rate ?? 1;
  const end = c.end_time ? Date.parse(c.end_time) : start + parseDuration(c.duration) / rate;
  const own = c.own_end_time ? Date.parse(c.own_end_time) : end;
  if (now < start) return "before";
  if (s?.finalized) return "final";
  if (now >= own || (s?.ended && own <= end)) return "ended";
  const freeze = parseDuration(c.scoreboard_freeze_duration) / rate;
  const scheduled = freeze > 0 && now >= end - freeze;
  return (s?.frozen || scheduled) && !s?.thawed ? "frozen" : "running";
}

// The contest's clock stands still in what was taken out.
function contestTime(c: Contest, at: number): number {
  const removed = (c.removed_intervals ?? []).map((r) => Math.max(0, Math.min(at, Date.parse(r.to)) - Date.parse(r.from)));
  return (at - Date.parse(c.start_time ?? "") - removed.reduce((sum, ms) => sum + ms, 0)) * (c.clock_rate ?? 1);
}

const phaseWords: Record<Phase, string> = {
  unscheduled: "not scheduled",
  before: "before the start",
  running: "running",
  frozen: "running, standings frozen",
  ended: "ended, awaiting results",
  final: "final",
};

// `onMissing` is told why there is no such contest for this reader, and "" when there is.
function ContestHeader({ id, account, onMissing }: { id: string; account: Account | null | undefined; onMissing: (why: string) => void }) {
  const [contest, setContest] = useState<Contest | null>(null);
  const [state, setState] = useState<ContestState | null>(null);
  const [now, setNow] = useState(serverNow());
  useEffect(() => {
    const load = () => {
      get<Contest>(`/api/contests/${id}`).then((c) => {
        setContest(c);
        onMissing("");
      }, (e: ApiError) => {
        if (e.status === 404) onMissing(e.message); // otherwise: what was seen last stays
      });
      get<ContestState>(`/api/contests/${id}/state`).then(setState, () => setState(null));
    };
    load();
    const tick = window.setInterval(() => setNow(serverNow()), 1000);
    const again = window.setInterval(load, 20000);
    return () => {
      window.clearInterval(tick);
      window.clearInterval(again);
    };
  }, [id]);
  if (!contest) return null;
  const phase = phaseOf(contest, state, now);
  const start = contest.start_time ? Date.parse(contest.start_time) : now;
  const until = state?.ended ? Math.min(now, Date.parse(state.ended)) : now;
  const passed = contestTime(contest, until);
  const duration = contestTime(contest, Date.parse(contest.own_end_time ?? contest.end_time ?? "")) || parseDuration(contest.duration);
  const shown = phase === "before" ? `starts in ${clock((start - now))}` : clock(Math.min(passed, duration));
  return (
    <div class="contest-bar">
      <a class="contest-name" href={`/c/${id}/standings`}>{contest.name}</a>
      <nav>
        <a href={`/c/${id}/standings`}>Standings</a>
        <a href={`/c/${id}/problems`}>Problems</a>
        <a href={`/c/${id}/submissions`}>{isJury(account) ? "Submissions" : "My submissions"}</a>
      </nav>
      <span class={`chip ${phase}`} data-phase={phase}>{phaseWords[phase]}</span>
      <span class="clock" title={`of ${clock(duration)}`}>{shown}</span>
    </div>
  );
}

function App() {
  const [path, setPath] = useState(location.pathname);
  const [account, setAccount] = useState<Account | null | undefined>(undefined);
  const [missing, setMissing] = useState("");
  useEffect(() => {
    const moved = () => {
      setPath(location.pathname);
      setMissing("");
      document.getElementById("main")?.focus({ preventScroll: true });
    };
    addEventListener("popstate", moved);
    get<Account>("/api/account").then(setAccount, () => setAccount(null));
    return () => removeEventListener("popstate", moved);
  }, []);
  const [, section, id, page, word] = path.split("/").map(decodeURIComponent);
  const contest = section === "c" && id ? id : null;
  const there = missing ? null : contest;
  const logout = async () => {
    await post("/api/logout", {}).catch(() => {});
    setAccount(null);
    go("/");
  };
  return (
    <>
      <header>
        <a class="brand" href="/">CodeArena</a>
        {contest && <ContestHeader id={contest} key={contest} account={account} onMissing={setMissing} />}
        <span class="who">
          {account ? (
            <>
              {isJury(account) && <a href="/imports">Import</a>}
              <span>{account.name || account.username}</span> <button class="link" onClick={logout}>Log out</button>
            </>
          ) : (
            account === null && <a href={`/login?to=${encodeURIComponent(path)}`}>Log in</a>
          )}
        </span>
      </header>
      <main id="main" tabIndex={-1}>
        {contest && missing && (
          <p class="notice">There is no contest “{contest}” here, or you may not see it. <a href="/">All contests</a></p>
        )}
        {section === "" && <Home />}
        {section === "imports" && <Imports account={account} />}
        {section === "login" && <Login onLogin={setAccount} />}
        {there && (page === undefined || page === "" || page === "standings") && (
          <StandingsPage key={there} contest={there} account={account ?? null} />
        )}
        {there && page === "problems" && !word && <Problems contest={there} />}
        {there && page === "problems" && word && (
          <ProblemPage key={word} contest={there} problem={word} account={account ?? null} />
        )}
        {there && page === "submissions" && !word && <Submissions contest={there} account={account} />}
        {there && page === "submissions" && word && <SubmissionPage key={word} contest={there} id={word} account={account} />}
        {!["", "login", "imports", "c"].includes(section) && (
          <p>There is no such page. <a href="/">All contests</a></p>
        )}
      </main>
    </>
  );
}

render(<App />, document.getElementById("app")!);
