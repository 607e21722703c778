// problems.tsx -- the list; one problem: statement, samples, editor and submit side by side.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, get, getText, post, type Account, type Language, type Problem, type Submission } from "../api";
import { go } from "../main";
import { SubmissionLive } from "./submissions";

export function Problems({ contest }: { contest: string }) {
  const [problems, setProblems] = useState<Problem[] | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    const load = () => get<Problem[]>(`/api/contests/${contest}/problems`).then((p) => {
      setProblems(p);
      setError("");
    }, (e: Error) => setError(e.message));
    void load();
    const again = window.setInterval(() => void load(), 15000);
    return () => window.clearInterval(again);
  }, [contest]);
  if (error) return <p class="notice">{error}</p>;
  if (!problems) return <p class="quiet">Loading the problems…</p>;
  if (problems.length === 0) return <p class="quiet">The problems appear here when the contest starts.</p>;
  return (
    <>
      <h1>Problems</h1>
      <ul class="problems">
        {problems.map((p) => (
          <li key={p.id}>
            <a href={`/c/${contest}/problems/${p.label}`}>
              <b class="balloon" style={{ "--balloon": p.rgb ?? "#888" }}>{p.label}</b>
              <span>{p.name}</span>
              <small>{p.time_limit} s · {p.memory_limit} MiB</small>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

interface Sample {
  name: string;
  input: string;
  answer: string;
}

function Copy({ text }: { text: string }) {
  const [done, setDone] = useState(false);
  return (
    <button class="link" onClick={() => void navigator.clipboard.writeText(text).then(() => setDone(true))}>
      {done ? "copied" : "copy"}
    </button>
  );
}

function Statement({ contest, problem }: { contest: string; problem: Problem }) {
  const at = useRef<HTMLDivElement>(null);
  const [error, setError] = useState("");
  const [pdf, setPdf] = useState(false);
  const [samples, setSamples] = useState<Sample[]>([]);
  const base = `/api/contests/${contest}/problems/${problem.id}`;
  useEffect(() => {
    getText(`${base}/statement`).then(async ({ text, type }) => {
      if (type.includes("pdf")) return setPdf(true);
      if (!type.includes("markdown")) {
        at.current!.textContent = text;
        return;
      }
      const { renderStatement } = await import("../statement");
      if (at.current) at.current.innerHTML = renderStatement(text);
    }, (e: Error) => setError(e.message));
    get<Sample[]>(`${base}/samples`).then(setSamples, () => setSamples([]));
  }, [base]);
  return (
    <article class="statement">
      {error && <p class="error" role="alert">{error}</p>}
      {pdf && <p><a href={`${base}/statement`} target="_blank">The statement as PDF</a></p>}
      <div ref={at} />
      {samples.map((s, i) => (
        <section class="sample" key={s.name}>
          <div><h3>Sample input {i + 1} <Copy text={s.input} /></h3><pre>{s.input}</pre></div>
          <div><h3>Sample output {i + 1} <Copy text={s.answer} /></h3><pre>{s.answer}</pre></div>
        </section>
      ))}
    </article>
  );
}

const uuid = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;

function guess(code: string, languages: Language[]): Language | undefined {
  const id = /^\s*#include\s*<(bits\/|iostream|vector|algorithm|string>)/m.test(code) ? "cpp"
    : /^\s*#include\s*</m.test(code) ? "c"
    : /public\s+class\s+\w+/.test(code) ? "java"
    : /require\(|console\.log/.test(code) ? "javascript"
    : /^\s*(def|import|print|for .*:)\b/m.test(code) ? "python3"
    : "";
  return languages.find((l) => l.id === id);
}

function SubmitForm({ contest, problem, onSent }: { contest: string; problem: Problem; onSent: (s: Submission) => void }) {
  const draftKey = `draft ${contest} ${problem.id}`;
  const [languages, setLanguages] = useState<Language[]>([]);
  const [language, setLanguage] = useState(localStorage.getItem("language") ?? "");
  const [chosen, setChosen] = useState(false);
  const [code, setCode] = useState(localStorage.getItem(draftKey) ?? "");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState("");
  const key = useRef("");
  useEffect(() => {
    get<Language[]>(`/api/contests/${contest}/languages`).then((all) => {
      setLanguages(all);
      if (!all.some((l) => l.id === language)) setLanguage(all[0]?.id ?? "");
    }, (e: Error) => setError(e.message));
  }, [contest]);
  const edit = (text: string) => {
    setCode(text);
    key.current = "";
    localStorage.setItem(draftKey, text);
    const better = chosen ? undefined : guess(text, languages);
    if (better) setLanguage(better.id);
  };
  const drop = async (file: File | undefined) => {
    if (!file) return;
    edit(await file.text());
    const end = file.name.split(".").pop() ?? "";
    const byName = languages.find((l) => l.extensions.includes(end));
    if (byName) setLanguage(byName.id);
  };
  const submit = async () => {
    if (!code.trim()) return setError("there is no program to submit yet: type, paste or drop one");
    key.current ||= uuid();
    setError("");
    setBusy("Sending…");
    // The same key on every try: however often it is sent, it is one submission.
    for (let tries = 1; ; tries++) {
      try {
        const sent = await post<Submission>(
          `/api/contests/${contest}/submissions`,
          { problem_id: problem.id, language_id: language, code },
          { "Idempotency-Key": key.current },
        );
        localStorage.setItem("language", language);
        key.current = "";
        onSent(sent);
        break;
      } catch (x) {
        const e = x as ApiError;
        if ((e.status === 0 || e.status === 503) && tries < 8) {
          setBusy(`Not received yet, trying again (${tries})…`);
          await new Promise((r) => setTimeout(r, Math.min(500 * 2 ** tries, 5000)));
          continue;
        }
        setError(e.message + (e.status === 0 ? "; your program is kept in this browser" : ""));
        break;
      }
    }
    setBusy("");
  };
  const name = languages.find((l) => l.id === language);
  return (
    <section class="submit" onDragOver={(e) => e.preventDefault()} onDrop={(e) => {
      e.preventDefault();
      void drop(e.dataTransfer?.files[0]);
    }}>
      <h2>Submit</h2>
      <label>Language
        <select id="language" value={language} onChange={(e) => {
          setLanguage(e.currentTarget.value);
          setChosen(true);
        }}>
          {languages.map((l) => <option key={l.id} value={l.id}>{l.name}</option>)}
        </select>
      </label>
      {name && <p class="quiet">{name.compiler?.version ?? name.version ?? ""}</p>}
      <label>Program
        <textarea id="code" spellcheck={false} rows={18} value={code} placeholder="Type, paste, or drop a file here"
          onInput={(e) => edit(e.currentTarget.value)}
          onKeyDown={(e) => {
            if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) void submit();
          }} />
      </label>
      <label class="file">or choose a file <input type="file" onChange={(e) => void drop(e.currentTarget.files?.[0])} /></label>
      {error && <p class="error" role="alert">{error}</p>}
      <button id="submit" disabled={busy !== ""} onClick={() => void submit()}>
        {busy || `Submit to ${problem.label} in ${name?.name ?? "…"}`}
      </button>
    </section>
  );
}

export function ProblemPage({ contest, problem, account }: { contest: string; problem: string; account: Account | null }) {
  const [it, setIt] = useState<Problem | null>(null);
  const [error, setError] = useState("");
  const [sent, setSent] = useState<Submission[]>([]);
  useEffect(() => {
    get<Problem>(`/api/contests/${contest}/problems/${problem}`).then(setIt, (e: Error) => setError(e.message));
  }, [contest, problem]);
  if (error) return <p class="notice">{error} <a href={`/c/${contest}/problems`}>All problems</a></p>;
  if (!it) return <p class="quiet">Loading the problem…</p>;
  return (
    <>
      <h1><b class="balloon" style={{ "--balloon": it.rgb ?? "#888" }}>{it.label}</b> {it.name}</h1>
      <p class="quiet">Time limit {it.time_limit} s · memory limit {it.memory_limit} MiB</p>
      <div class="side-by-side">
        <Statement contest={contest} problem={it} />
        <div>
          {account?.team_id ? (
            <SubmitForm contest={contest} problem={it} onSent={(s) => setSent([s, ...sent])} />
          ) : (
            <p class="notice">{account ? "Only teams submit." : <><a href={`/login?to=${location.pathname}`}>Log in</a> as a team to submit.</>}</p>
          )}
          {sent.map((s) => (
            <section class="sent" key={s.id}>
              <h3>
                <a href={`/c/${contest}/submissions/${s.id}`} onClick={() => go(`/c/${contest}/submissions/${s.id}`)}>Submission {s.id}</a>
              </h3>
              <SubmissionLive id={s.id} />
            </section>
          ))}
        </div>
      </div>
    </>
  );
}
