// imports.tsx -- for the jury: a problem package is sent, and how its import goes is shown: bytes on
// their way, the step it is in, and all that is wrong with it, file by file.
import { useEffect, useState } from "preact/hooks";
import { get, isJury, refresh, type Account, type ProblemImport } from "../api";

const EVERY_MS = 1000;
const words: Record<ProblemImport["state"], string> = {
  queued: "waiting for a judge host",
  running: "being read",
  imported: "imported",
  unchanged: "nothing new",
  refused: "refused",
  failed: "failed",
};
const isOver = (i: ProblemImport) => i.finished_at !== null;

// fetch() does not say how much has been sent.
function upload(target: string, file: File, sent: (part: number) => void): Promise<ProblemImport> {
  return new Promise((done, fail) => {
    const rq = new XMLHttpRequest();
    rq.open("POST", target);
    rq.setRequestHeader("Content-Type", "application/octet-stream");
    rq.upload.onprogress = (e) => sent(e.total ? e.loaded / e.total : 0);
    rq.onerror = () => fail(new Error("the server cannot be reached; nothing was imported, try again"));
    rq.onload = () => {
      let answer: unknown = null;
      try {
        answer = JSON.parse(rq.responseText);
      } catch {
        // not JSON: the status says it
      }
      if (rq.status === 202) done(answer as ProblemImport);
      else fail(new Error((answer as { message?: string } | null)?.message ?? `the server answered ${rq.status}`));
    };
    rq.send(file);
  });
}

function List({ title, lines, kind }: { title: string; lines: string[]; kind: string }) {
  if (lines.length === 0) return null;
  return (
    <details open={kind === "error"}>
      <summary>{title}</summary>
      <ul class={`findings ${kind}`}>{lines.map((line) => <li key={line}>{line}</li>)}</ul>
    </details>
  );
}

function Import({ it }: { it: ProblemImport }) {
  const kind = it.state === "imported" || it.state === "unchanged" ? "ac" : isOver(it) ? "no" : "wait";
  return (
    <li class="card" data-import={it.id} data-state={it.state}>
      <p>
        <b>{it.problem_id}</b>{it.version !== null && ` version ${it.version}`} <span class={`verdict ${kind}`}>
          {words[it.state]}{!isOver(it) && it.step && `: ${it.step}`}
        </span>
      </p>
      {!isOver(it) && <progress aria-label="it is at work" />}
      <List title={`${it.errors.length} to put right; nothing was imported`} lines={it.errors} kind="error" />
      <List title={`${it.notes.length} ${it.notes.length === 1 ? "note" : "notes"}`} lines={it.notes} kind="note" />
      <small class="quiet">{it.created_at && new Date(it.created_at).toLocaleString()} · {(it.size / 1024).toFixed(0)} KiB · by {it.account_id}</small>
    </li>
  );
}

export function Imports({ account }: { account: Account | null | undefined }) {
  const [all, setAll] = useState<ProblemImport[] | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [id, setId] = useState("");
  const [edited, setEdited] = useState(false); // else it follows the file's name
  const [error, setError] = useState("");
  const [part, setPart] = useState<number | null>(null);
  const jury = isJury(account);
  const load = () => get<ProblemImport[]>("/api/problem-imports").then(setAll, (e: Error) => setError(e.message));
  const busy = all?.some((i) => !isOver(i)) ?? false;
  useEffect(() => {
    if (jury) void load();
  }, [jury]);
  useEffect(() => {
    if (!busy) return;
    const timer = window.setInterval(() => void load(), EVERY_MS);
    return () => window.clearInterval(timer);
  }, [busy]);
  const choose = (f: File | undefined) => {
    setFile(f ?? null);
    if (f && !edited) setId(f.name.replace(/\.(zip|tar|tgz|tar\.gz)$/i, "").replace(/[^A-Za-z0-9_.-]/g, "-").slice(0, 36));
  };
  const send = async (e: Event) => {
    e.preventDefault();
    if (!file) return setError("choose a zip or tar file first");
    setError("");
    setPart(0);
    try {
      await refresh(); // a long upload must not end in "log in again"
      await upload(`/api/problems?problem_id=${encodeURIComponent(id)}`, file, setPart);
      await load();
    } catch (x) {
      setError((x as Error).message);
    }
    setPart(null);
  };
  if (account === undefined) return null;
  if (!jury) return <p class="notice"><a href="/login?to=/imports">Log in</a> as jury to import problems.</p>;
  return (
    <>
      <h1>Import a problem</h1>
      <form class="import" onSubmit={send} onDragOver={(e) => e.preventDefault()} onDrop={(e) => {
        e.preventDefault();
        choose(e.dataTransfer?.files[0]);
      }}>
        <label>Package: a zip or tar in the Kattis/ICPC format
          <input type="file" accept=".zip,.tar,.tgz,.gz" onChange={(e) => choose(e.currentTarget.files?.[0])} />
        </label>
        <label>Id of the problem, new or known
          <input name="id" required maxLength={36} pattern="[A-Za-z0-9_.\-]+" value={id} onInput={(e) => {
            setId(e.currentTarget.value);
            setEdited(true);
          }} />
        </label>
        {error && <p class="error" role="alert">{error}</p>}
        <button disabled={part !== null}>{part === null ? "Import" : `Sending… ${Math.floor(part * 100)} %`}</button>
        {part !== null && <progress value={part} aria-label="sent" />}
      </form>
      <h2>Imports</h2>
      <div aria-live="polite">
        {all?.length === 0 && <p class="quiet">None yet. What you import appears here, with all that is to put right.</p>}
        <ul class="imports">{all?.map((it) => <Import key={it.id} it={it} />)}</ul>
      </div>
    </>
  );
}
