// submissions.tsx -- own submissions, filling in test by test.
import { useEffect, useState } from "preact/hooks";
import { get, type Account, type Problem, type Submission } from "../api";
import { glyph, verdictWords } from "../format";
import { Stream } from "../stream";

interface Progress {
  type: "COMPILING" | "TEST_RESULT" | "FINISHED";
  ordinal?: number;
  total?: number;
  verdict?: string;
  time_ms?: number;
}
interface Test {
  verdict: string;
  time_ms?: number;
}

export function useSubmission(id: string) {
  const [submission, setSubmission] = useState<Submission | null>(null);
  const [stage, setStage] = useState("");
  const [tests, setTests] = useState<Test[]>([]);
  const [total, setTotal] = useState(0);
  useEffect(() => {
    const take = (s: Submission) => {
      setSubmission(s);
      if (s.runs?.length) {
        setTests(s.runs.map((r) => ({ verdict: r.verdict ?? r.judgement_type_id ?? "", time_ms: r.time_ms ?? Math.round((r.run_time ?? 0) * 1000) })));
      }
      if (s.judgement?.tests_total) setTotal(s.judgement.tests_total);
    };
    const stream = new Stream(`/api/submissions/${encodeURIComponent(id)}/stream`, {
      submission: (data) => take(JSON.parse(data) as Submission),
      progress: (data) => {
        const p = JSON.parse(data) as Progress;
        if (p.type === "COMPILING") {
          setStage("compiling");
          setTests([]);
        } else if (p.type === "TEST_RESULT") {
          setStage(`test ${p.ordinal} of ${p.total}`);
          setTotal(p.total ?? 0);
          setTests((t) => {
            const next = t.slice(0, (p.ordinal ?? 1) - 1);
            next[(p.ordinal ?? 1) - 1] = { verdict: p.verdict ?? "", time_ms: p.time_ms };
            return next;
          });
        }
      },
      end: () => stream.close(),
    });
    return () => stream.close();
  }, [id]);
  return { submission, stage, tests, total };
}

export function Verdict({ verdict, state }: { verdict?: string | null; state?: string }) {
  return verdict && verdict !== "JE" ? (
    <span class={`verdict ${verdict === "AC" ? "ac" : "no"}`} data-verdict={verdict}>{glyph(verdict)} {verdictWords[verdict] ?? verdict}</span>
  ) : (
    <span class="verdict wait" data-verdict="">… {state ?? "queued"}</span>
  );
}

export function SubmissionLive({ id }: { id: string }) {
  const { submission, stage, tests, total } = useSubmission(id);
  if (!submission) return <p class="quiet">received, waiting for a judge…</p>;
  const done = !!submission.verdict;
  return (
    <div class="live" aria-live="polite">
      <p>
        <Verdict verdict={submission.verdict} state={stage || submission.state} />
        {submission.judgement?.max_run_time != null && <small> {submission.judgement.max_run_time} s</small>}
        {submission.practice && <small> practice: not on the board</small>}
      </p>
      {(tests.length > 0 || total > 0) && (
        <p class="strip" aria-label={`${tests.length} of ${total || tests.length} tests`}>
          {Array.from({ length: Math.max(total, tests.length) }, (_, i) => (
            <span key={i} class={tests[i] ? (tests[i].verdict === "AC" ? "ac" : "no") : done ? "skipped" : "wait"}
              title={tests[i] ? `test ${i + 1}: ${verdictWords[tests[i].verdict] ?? tests[i].verdict}${tests[i].time_ms != null ? `, ${tests[i].time_ms} ms` : ""}` : `test ${i + 1}`}>
              {tests[i] ? glyph(tests[i].verdict) : "·"}
            </span>
          ))}
        </p>
      )}
      {submission.compile_output && <pre class="compile">{submission.compile_output}</pre>}
    </div>
  );
}

export function SubmissionPage({ contest, id }: { contest: string; id: string }) {
  const [files, setFiles] = useState<{ filename: string; text?: string }[]>([]);
  const [error, setError] = useState("");
  useEffect(() => {
    get<{ files: { filename: string; text?: string }[] }>(`/api/contests/${contest}/submissions/${id}/source`).then(
      (s) => setFiles(s.files),
      (e: Error) => setError(e.message),
    );
  }, [contest, id]);
  return (
    <>
      <h1>Submission {id}</h1>
      {error ? <p class="notice">{error}</p> : <SubmissionLive id={id} />}
      {files.map((f) => (
        <section key={f.filename}>
          <h2>{f.filename}</h2>
          <pre class="source">{f.text ?? "(not a text)"}</pre>
        </section>
      ))}
      <p><a href={`/c/${contest}/submissions`}>All my submissions</a></p>
    </>
  );
}

function Line({ s, contest, label }: { s: Submission; contest: string; label: string }) {
  return (
    <tr>
      <td><a href={`/c/${contest}/submissions/${s.id}`}>{s.id}</a></td>
      <td>{s.contest_time.replace(/\.\d+$/, "")}</td>
      <td>{label}</td>
      <td>{s.language_id}</td>
      <td>{s.verdict ? <Verdict verdict={s.verdict} /> : <SubmissionLive id={s.id} />}</td>
    </tr>
  );
}

export function Submissions({ contest, account }: { contest: string; account: Account | null | undefined }) {
  const [all, setAll] = useState<Submission[] | null>(null);
  const [labels, setLabels] = useState<Record<string, string>>({});
  const [error, setError] = useState("");
  useEffect(() => {
    if (!account) return;
    get<Submission[]>(`/api/contests/${contest}/submissions`).then(setAll, (e: Error) => setError(e.message));
    get<Problem[]>(`/api/contests/${contest}/problems`).then(
      (ps) => setLabels(Object.fromEntries(ps.map((p) => [p.id, p.label]))),
      () => {},
    );
  }, [contest, account?.id]);
  if (account === null) return <p class="notice"><a href={`/login?to=/c/${contest}/submissions`}>Log in</a> to see your submissions.</p>;
  if (error) return <p class="error" role="alert">{error}</p>;
  if (!all) return <p class="quiet">Loading your submissions…</p>;
  if (all.length === 0) return <p class="quiet">No submissions yet. Open a <a href={`/c/${contest}/problems`}>problem</a> and submit a program.</p>;
  return (
    <>
      <h1>My submissions</h1>
      <table>
        <thead><tr><th>Id</th><th>Time</th><th>Problem</th><th>Language</th><th>Verdict</th></tr></thead>
        <tbody>
          {[...all].reverse().map((s) => <Line key={s.id} s={s} contest={contest} label={labels[s.problem_id] ?? s.problem_id} />)}
        </tbody>
      </table>
    </>
  );
}
