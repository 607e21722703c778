// standings.tsx -- the live board: a snapshot, then deltas, over one stream.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Account } from "../api";
import { Board } from "../board";
import { Standings, type Part } from "../standings";
import { Stream, type Health } from "../stream";

export function StandingsPage({ contest, account }: { contest: string; account: Account | null }) {
  const root = useRef<HTMLDivElement>(null);
  const [health, setHealth] = useState<Health>("reconnecting");
  const [notice, setNotice] = useState("");
  const [said, setSaid] = useState("");
  const [empty, setEmpty] = useState(true);
  const [find, setFind] = useState("");
  useEffect(() => {
    const model = new Standings();
    const board = new Board(root.current!, model, account?.team_id ?? null);
    let saidAt = 0;
    const shown = (teams: string[]) => {
      setNotice(model.notice);
      setEmpty(model.teams.size === 0);
      board.changed(teams);
    };
    const stream = new Stream(
      `/api/contests/${encodeURIComponent(contest)}/scoreboard/stream`,
      {
        snapshot: (data) => {
          model.clear();
          model.apply(JSON.parse(data) as Part);
          shown([]);
        },
        delta: (data) => {
          const part = JSON.parse(data) as Part;
          const before = new Map([...model.rows].map(([id, r]) => [id, r.solved]));
          const teams = model.apply(part);
          shown(teams);
          const gained = teams.find((t) => (model.rows.get(t)?.solved ?? 0) > (before.get(t) ?? 0));
          if (gained && Date.now() - saidAt > 15000) {
            saidAt = Date.now();
            const rank = model.order().find((r) => r.team === gained)?.rank;
            setSaid(`${model.name(gained)} solved a problem, now on rank ${rank}`);
          }
        },
        reset: () => {},
      },
      setHealth,
    );
    return () => {
      stream.close();
      board.close();
    };
  }, [contest, account?.team_id]);
  useEffect(() => {
    if (!find) return;
    const row = [...(root.current?.querySelectorAll<HTMLElement>(".row") ?? [])].find((r) =>
      r.querySelector(".team")?.textContent?.toLowerCase().includes(find.toLowerCase()),
    );
    row?.scrollIntoView({ block: "center" });
  }, [find]);
  return (
    <>
      <div class="board-tools">
        <h1>Standings</h1>
        <span class={`chip ${health}`}>{health === "live" ? "live" : "reconnecting…"}</span>
        <input type="search" placeholder="Find a team" aria-label="Find a team" value={find} onInput={(e) => setFind(e.currentTarget.value)} />
      </div>
      {notice && <p class="notice">❄ {notice}</p>}
      {empty && <p class="quiet">The teams appear here when the contest has some.</p>}
      <div class="board-scroll"><div ref={root} /></div>
      <p class="sr" aria-live="polite">{said}</p>
    </>
  );
}
