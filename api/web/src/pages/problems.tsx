// problems.tsx -- the list; one problem: statement, samples, editor and submit side by side.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, get, getText, post, type Account, type Language, type Problem, type Reference, type Submission } from "../api";
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
  input: string | null; // both null: an interaction
  answer: string | null;
  interaction: string | null;
  files: Reference[]; // each as a download, in this order
}

function Copy({ text }: { text: string }) {
  const [done, setDone] = useState(false);
  return (
    <button class="link" onClick={() => void navigator.clipboard.writeText(text).then(() => setDone(true))}>
      {done ? "copied" : "copy"}
    </button>
  );
}

// A statement in one language and format, as its address says.
interface Version {
  language: string;
  format: string;
  url: string;
}
const SHOWN = ["md", "html", "pdf", "tex"]; // best first
const FORMATS: Record<string, string> = { md: "Markdown", html: "web page", pdf: "PDF", tex: "LaTeX" };

function versionsOf(problem: Problem): Version[] {
  const all = (problem.statement ?? []).map(({ href }) => {
    const words = new URLSearchParams(href.split("?")[1]);
    return { language: words.get("language") ?? "", format: words.get("format") ?? "", url: `/api/${href}` };
  });
  return all.sort((a, b) => SHOWN.indexOf(a.format) - SHOWN.indexOf(b.format));
}

// What the reader chose last, else the first of the browser's languages that there is, else English.
function bestLanguage(there: string[]): string {
  const wanted = [localStorage.getItem("statement") ?? "", ...navigator.languages, "en"];
  for (const w of wanted) {
    const found = there.find((l) => l === w) ?? there.find((l) => l.split("-")[0] === w.split("-")[0]);
    if (found) return found;
  }
  return there[0] ?? "";
}

function nameOf(language: string): string {
  return new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;
}

function Text({ version, base }: { version: Version; base: string }) {
  const at = useRef<HTMLDivElement>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    if (version.format !== "md") return;
    setError("");
    getText(version.url).then(async ({ text }) => {
      const { renderStatement } = await import("../statement");
      if (!at.current) return;
      at.current.innerHTML = renderStatement(text);
      for (const img of at.current.querySelectorAll("img")) {
        const src = img.getAttribute("src") ?? "";
        if (!/^([a-z]+:|\/)/i.test(src)) img.src = `${base}/files/${encodeURIComponent(src.split("/").pop()!)}`;
      }
    }, (e: Error) => setError(e.message));
  }, [version.url]);
  if (error) return <p class="error" role="alert">{error}</p>;
  if (version.format === "html") return <iframe class="page" sandbox="" src={version.url} title="Statement" />;
  if (version.format === "pdf") return <p><a href={version.url} target="_blank">The statement as PDF</a></p>;
  if (version.format === "tex") return <p class="quiet">The statement is in LaTeX, which is not shown here: <a href={version.url}>download it</a></p>;
  return <div ref={at} />;
}

function Download({ file }: { file?: Reference }) {
  return file ? <a href={`/api/${file.href}`} download={file.filename}>download</a> : null;
}

function SampleView({ sample, number }: { sample: Sample; number: number }) {
  const [first, second] = sample.files;
  if (sample.interaction !== null)
    return (
      <section class="sample interaction">
        <div>
          <h3>Sample interaction {number} <small class="quiet">&lt; read, &gt; written by your program</small> <Download file={first} /></h3>
          <pre>{sample.interaction}</pre>
        </div>
      </section>
    );
  const input = sample.input ?? "";
  const answer = sample.answer ?? "";
  return (
    <section class="sample">
      <div><h3>Sample input {number} <Copy text={input} /> <Download file={first} /></h3><pre>{input}</pre></div>
      <div><h3>Sample output {number} <Copy text={answer} /> <Download file={second} /></h3><pre>{answer}</pre></div>
    </section>
  );
}

function Statement({ contest, problem }: { contest: string; problem: Problem }) {
  const versions = versionsOf(problem);
  const there = [...new Set(versions.map((v) => v.language))].sort();
  const [language, setLanguage] = useState(bestLanguage(there));
  const [samples, setSamples] = useState<Sample[]>([]);
  const base = `/api/contests/${contest}/problems/${problem.id}`;
  const mine = versions.filter((v) => v.language === language);
  useEffect(() => {
    get<Sample[]>(`${base}/samples`).then(setSamples, () => setSamples([]));
  }, [base]);
  const choose = (l: string) => {
    localStorage.setItem("statement", l);
    setLanguage(l);
  };
  return (
    <article class="statement">
      <p class="versions">
        {there.length > 1 && there.map((l) => (
          <button class="link" key={l} lang={l} aria-pressed={l === language} onClick={() => choose(l)}>{nameOf(l)}</button>
        ))}
        {mine.slice(1).map((v) => <a key={v.url} href={v.url} target="_blank">{FORMATS[v.format] ?? v.format}</a>)}
        {(problem.attachments ?? []).map((a) => <a key={a.href} href={`/api/${a.href}`} download={a.filename}>{a.filename}</a>)}
      </p>
      {mine[0] ? <Text version={mine[0]} base={base} key={mine[0].url} /> : <p class="quiet">There is no statement here.</p>}
      {samples.map((s, i) => <SampleView key={s.name} sample={s} number={i + 1} />)}
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
