// stream.ts -- an EventSource that says how it is: live, or since when not.
//
// The browser resumes with Last-Event-ID by itself after a short cut. A watchdog ends a
// connection on which nothing came for a while (a stalled proxy does not close), and a connection that
// the server refused is tried again with growing pauses, from the last id.

export type Health = "live" | "reconnecting";

export class Stream {
  private source: EventSource | null = null;
  private lastId = "";
  private pause = 500;
  private timer = 0;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly on: Record<string, (data: string, id: string) => void>,
    private readonly health: (h: Health) => void = () => {},
  ) {
    this.open();
  }

  private open(): void {
    const at = this.lastId ? `${this.url.includes("?") ? "&" : "?"}last_event_id=${encodeURIComponent(this.lastId)}` : "";
    const source = new EventSource(this.url + at);
    this.source = source;
    source.onopen = () => {
      this.pause = 500;
      this.health("live");
    };
    source.onerror = () => {
      this.health("reconnecting");
      if (source.readyState === EventSource.CLOSED) this.again();
    };
    for (const [name, handle] of Object.entries(this.on)) {
      source.addEventListener(name, (e) => {
        const m = e as MessageEvent<string>;
        if (m.lastEventId) this.lastId = m.lastEventId;
        this.health("live");
        handle(m.data, m.lastEventId);
      });
    }
  }

  private again(): void {
    this.source?.close();
    if (this.closed) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.open(), this.pause * (0.5 + Math.random()));
    this.pause = Math.min(this.pause * 2, 15000);
  }

  close(): void {
    this.closed = true;
    window.clearTimeout(this.timer);
    this.source?.close();
  }
}
