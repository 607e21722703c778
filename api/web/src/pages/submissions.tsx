// submissions.tsx -- own submissions, filling in test by test; for the jury those of all teams.
import { useEffect, useState } from "preact/hooks";
import { get, getText, isJury, type Account, type GroupResult, type Problem, type Run, type Submission } from "../api";
import { glyph, points, verdictWords } from "../format";
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
        const next: Test[] = []; // tests that were left out stay empty
        for (const r of s.runs) next[r.ordinal - 1] = { verdict: r.judgement_type_id ?? "", time_ms: r.time_ms };
        setTests(next);
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

// "secret/1-few" stands in the group "secret": shown by its own name, set in as deep as it lies.
function Groups({ groups }: { groups: GroupResult[] }) {
  const scored = groups.some((g) => g.points !== null);
  return (
    <table class="groups">
      <thead><tr><th>Test group</th>{scored && <th class="number">Points</th>}<th>Result</th></tr></thead>
      <tbody>
        {groups.map((g) => (
          <tr key={g.name} data-group={g.name}>
            <td style={{ paddingLeft: `${0.6 + 1.2 * (g.name.split("/").length - 1)}rem` }}>{g.name.split("/").pop()}</td>
            {scored && (
              <td class="number">
                {g.points === null ? "–" : points(g.points)}
                {g.points !== null && g.points_max !== null && <small> of {points(g.points_max)}</small>}
              </td>
            )}
            <td>{g.verdict ? <Verdict verdict={g.verdict} /> : <span class="quiet">–</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

// What validators say, and the package's hints; equal words are said once.
function Messages({ runs, of }: { runs: Run[]; of: "team_message" | "hint" }) {
  const said = new Map<string, number[]>();
  for (const r of runs) {
    const text = r[of];
    if (text) said.set(text, [...(said.get(text) ?? []), r.ordinal]);
  }
  return (
    <>
      {[...said].map(([text, tests]) => (
        <div class="message" key={text}>
          <small>{of === "hint" ? "Hint" : "Message"} on test {tests.slice(0, 8).join(", ")}{tests.length > 8 && ` and ${tests.length - 8} more`}</small>
          <pre>{text}</pre>
        </div>
      ))}
    </>
  );
}

function Transcript({ run }: { run: Run }) {
  return (
    <details>
      <summary>What was written (&gt; the submission, ! its errors, &lt; the validator)</summary>
      <pre class="transcript">{run.transcript}</pre>
      {run.transcript_cut && <p class="quiet">The rest was not kept.</p>}
    </details>
  );
}

const SHOWN_TEXT = 20000; // characters of a test file; a download has all

function TestFile({ file }: { file: NonNullable<Run["test_files"]>[number] }) {
  const [text, setText] = useState<string | null>(null);
  const load = () => {
    if (text === null) getText(`/api/${file.href}`).then((a) => setText(a.text), (e: Error) => setText(e.message));
  };
  return (
    <details onToggle={load}>
      <summary>{file.filename.endsWith(".in") ? "Input" : "Expected output"}</summary>
      <pre class="transcript">{text === null ? "…" : text.slice(0, SHOWN_TEXT)}</pre>
      <a href={`/api/${file.href}`} download={file.filename}>download</a>
    </details>
  );
}

// Failed tests that their package shows to whom it fails.
function ShownTests({ runs }: { runs: Run[] }) {
  return (
    <>
      {runs.filter((r) => r.test_files).map((r) => (
        <div class="message" key={r.ordinal} data-shown={r.ordinal}>
          <small>Test {r.ordinal}</small>
          {r.test_files!.map((f) => <TestFile key={f.href} file={f} />)}
          {r.transcript && <Transcript run={r} />}
        </div>
      ))}
    </>
  );
}

// What only the jury sees of the runs.
function JuryRuns({ runs }: { runs: Run[] }) {
  return (
    <section class="jury">
      <h2>Runs <small class="quiet">for the jury</small></h2>
      <div class="wide">
        <table>
          <thead><tr><th>Test</th><th>Result</th><th class="number">Time</th><th class="number">Memory</th><th class="number">Exit</th></tr></thead>
          <tbody>
            {runs.map((r) => [
              <tr key={r.ordinal}>
                <td>{r.ordinal} <small class="quiet">{r.test_name}</small></td>
                <td><Verdict verdict={r.judgement_type_id} /></td>
                <td class="number">{r.time_ms} ms</td>
                <td class="number">{((r.memory_kib ?? 0) / 1024).toFixed(1)} MiB</td>
                <td class="number">{r.signal ? `signal ${r.signal}` : r.exit_code}</td>
              </tr>,
              (r.message || r.transcript) && (
                <tr key={`${r.ordinal} words`} class="words">
                  <td />
                  <td colSpan={4}>
                    {r.message && <p>{r.message}</p>}
                    {r.transcript && <Transcript run={r} />}
                  </td>
                </tr>
              ),
            ])}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function SubmissionLive({ id, account }: { id: string; account?: Account | null }) {
  const { submission, stage, tests, total } = useSubmission(id);
  if (!submission) return <p class="quiet">received, waiting for a judge…</p>;
  const done = !!submission.verdict;
  const ran = submission.verdict !== "CE";
  return (
    <div class="live" aria-live="polite">
      <p>
        <Verdict verdict={submission.verdict} state={stage || submission.state} />
        {ran && submission.judgement?.max_run_time != null && <small> {submission.judgement.max_run_time} s</small>}
        {ran && submission.judgement?.score != null && <b class="score"> {points(Math.round(submission.judgement.score * 1000))} points</b>}
        {submission.practice && <small> practice: not on the board</small>}
      </p>
      {ran && (tests.length > 0 || total > 0) && (
        <p class="strip" aria-label={`${tests.length} of ${total || tests.length} tests`}>
          {Array.from({ length: Math.max(total, tests.length) }, (_, i) => (
            <span key={i} class={tests[i] ? (tests[i].verdict === "AC" ? "ac" : "no") : done ? "skipped" : "wait"}
              title={tests[i] ? `test ${i + 1}: ${verdictWords[tests[i].verdict] ?? tests[i].verdict}${tests[i].time_ms != null ? `, ${tests[i].time_ms} ms` : ""}` : `test ${i + 1}`}>
              {tests[i] ? glyph(tests[i].verdict) : "·"}
            </span>
          ))}
        </p>
      )}
      {tests.length === 0 && (submission.tests_run ?? 0) > 0 && (
        <p class="quiet">{submission.tests_accepted} of {submission.tests_run} tests passed</p>
      )}
      {submission.judgement?.groups && submission.judgement.groups.length > 0 && <Groups groups={submission.judgement.groups} />}
      <Messages runs={submission.runs ?? []} of="team_message" />
      <Messages runs={submission.runs ?? []} of="hint" />
      {!isJury(account) && <ShownTests runs={submission.runs ?? []} />}
      {isJury(account) && (submission.runs?.length ?? 0) > 0 && <JuryRuns runs={submission.runs!} />}
      {submission.compile_output && <pre class="compile">{submission.compile_output}</pre>}
    </div>
  );
}

export function SubmissionPage({ contest, id, account }: { contest: string; id: string; account: Account | null | undefined }) {
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
      {error ? <p class="notice">{error}</p> : <SubmissionLive id={id} account={account} />}
      {files.map((f) => (
        <section key={f.filename}>
          <h2>{f.filename}</h2>
          <pre class="source">{f.text ?? "(not a text)"}</pre>
        </section>
      ))}
      <p><a href={`/c/${contest}/submissions`}>{isJury(account) ? "All submissions" : "All my submissions"}</a></p>
    </>
  );
}

const SHOWN = 200; // newest, of a list that may be long

function Line({ s, contest, label, jury }: { s: Submission; contest: string; label: string; jury: boolean }) {
  return (
    <tr>
      <td><a href={`/c/${contest}/submissions/${s.id}`}>{s.id}</a></td>
      <td class="time">{s.contest_time.replace(/\.\d+$/, "")}</td>
      {jury && <td>{s.team_id}</td>}
      <td>{label}</td>
      <td class="language">{s.language_id}</td>
      <td>{s.verdict || jury ? <Verdict verdict={s.verdict} state={s.state} /> : <SubmissionLive id={s.id} />}</td>
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
  const jury = isJury(account);
  if (all.length === 0 && jury) return <p class="quiet">No submissions yet. They appear here when teams submit.</p>;
  if (all.length === 0) return <p class="quiet">No submissions yet. Open a <a href={`/c/${contest}/problems`}>problem</a> and submit a program.</p>;
  return (
    <>
      <h1>{jury ? "Submissions" : "My submissions"}</h1>
      <div class="wide">
        <table class={jury ? "list jury-list" : "list"}>
          <thead><tr><th>Id</th><th class="time">Time</th>{jury && <th>Team</th>}<th>Problem</th><th class="language">Language</th><th>Verdict</th></tr></thead>
          <tbody>
            {all.slice(-SHOWN).reverse().map((s) => <Line key={s.id} s={s} contest={contest} label={labels[s.problem_id] ?? s.problem_id} jury={jury} />)}
          </tbody>
        </table>
      </div>
      {all.length > SHOWN && <p class="quiet">The newest {SHOWN} of {all.length}.</p>}
    </>
  );
}
