// login.tsx -- by name and password; the server sets the cookies.
import { useState } from "preact/hooks";
import { post, type Account } from "../api";
import { go } from "../main";

export function Login({ onLogin }: { onLogin: (a: Account) => void }) {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (e: Event) => {
    e.preventDefault();
    const form = new FormData(e.target as HTMLFormElement);
    setBusy(true);
    setError("");
    try {
      const answer = await post<{ account: Account }>("/api/login", {
        username: form.get("username"),
        password: form.get("password"),
      });
      onLogin(answer.account);
      const to = new URLSearchParams(location.search).get("to") ?? "/";
      go(to.startsWith("/") && !to.startsWith("//") ? to : "/");
    } catch (x) {
      setError((x as Error).message);
    }
    setBusy(false);
  };
  return (
    <form class="narrow" onSubmit={submit}>
      <h1>Log in</h1>
      <label>Name<input name="username" autocomplete="username" required autofocus maxLength={64} /></label>
      <label>Password<input name="password" type="password" autocomplete="current-password" required maxLength={200} /></label>
      {error && <p class="error" role="alert">{error}</p>}
      <button disabled={busy}>{busy ? "Logging in…" : "Log in"}</button>
    </form>
  );
}
