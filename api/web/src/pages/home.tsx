// home.tsx -- running, upcoming and past contests.
import { useEffect, useState } from "preact/hooks";
import { get, serverNow, type Contest } from "../api";
import { parseDuration } from "../format";
import { phaseOf } from "../main";

export function Home() {
  const [contests, setContests] = useState<Contest[] | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    get<Contest[]>("/api/contests").then(setContests, (e: Error) => setError(e.message));
  }, []);
  if (error) return <p class="error" role="alert">The contests could not be loaded: {error}</p>;
  if (!contests) return <p class="quiet">Loading the contests…</p>;
  if (contests.length === 0) return <p class="quiet">No contests yet. They appear here when an admin creates one.</p>;
  const now = serverNow();
  const running = (c: Contest) => ["running", "frozen"].includes(phaseOf(c, null, now));
  const sorted = [...contests].sort((a, b) => Number(running(b)) - Number(running(a)) || (b.start_time ?? "").localeCompare(a.start_time ?? ""));
  return (
    <>
      <h1>Contests</h1>
      <ul class="cards">
        {sorted.map((c) => (
          <li key={c.id} class={running(c) ? "card running" : "card"}>
            <h2>{c.formal_name || c.name}</h2>
            <p class="quiet">
              {c.start_time ? new Date(c.start_time).toLocaleString() : "not scheduled"} · {Math.round(parseDuration(c.duration) / 360000) / 10} hours · {phaseOf(c, null, now)}
            </p>
            <p>
              <a class="button" href={`/c/${c.id}/problems`}>Enter</a> <a class="button plain" href={`/c/${c.id}/standings`}>Watch</a>
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}
