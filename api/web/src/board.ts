// board.ts -- draws the standings. Framework-free, used wherever a board is shown.
//
// Only the rows in view (and a few beside it) are in the document; a row's place is a transform, so
// that moving is one style change and the browser animates it. All events of a frame are drawn in
// one requestAnimationFrame. Nothing here touches scroll or focus.
import { minute } from "./format";
import type { Cell, Row, Standings } from "./standings";

const ROW_HEIGHT = 44;
const BESIDE = 8;

export class Board {
  private readonly head = document.createElement("div");
  private readonly body = document.createElement("div");
  private readonly drawn = new Map<string, HTMLElement>();
  private readonly fresh = new Map<string, number>(); // team -> when it changed
  private waiting = false;
  private readonly redraw = () => this.draw();

  constructor(
    readonly root: HTMLElement,
    private readonly model: Standings,
    private readonly mine: string | null,
  ) {
    root.classList.add("board");
    root.setAttribute("role", "grid");
    this.head.className = "board-head";
    this.head.setAttribute("role", "row");
    this.body.className = "board-body";
    this.body.setAttribute("role", "rowgroup");
    root.replaceChildren(this.head, this.body);
    window.addEventListener("scroll", this.redraw, { passive: true });
    window.addEventListener("resize", this.redraw);
  }

  close(): void {
    window.removeEventListener("scroll", this.redraw);
    window.removeEventListener("resize", this.redraw);
  }

  changed(teams: string[]): void {
    for (const t of teams) this.fresh.set(t, performance.now());
    this.draw();
  }

  draw(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.drawNow();
    });
  }

  private drawNow(): void {
    const rows = this.model.order();
    const top = this.body.getBoundingClientRect().top;
    const from = Math.max(0, Math.floor(-top / ROW_HEIGHT) - BESIDE);
    const to = Math.min(rows.length, Math.ceil((window.innerHeight - top) / ROW_HEIGHT) + BESIDE);
    const keep = new Set<string>();

    this.root.style.setProperty("--problems", String(Math.max(1, this.model.problems.length)));
    this.root.setAttribute("aria-rowcount", String(rows.length + 1));
    this.drawHead();
    this.body.style.height = `${rows.length * ROW_HEIGHT}px`;
    for (let i = from; i < to; i++) {
      keep.add(rows[i].team);
      this.drawRow(rows[i], i);
    }
    for (const [team, el] of this.drawn) {
      if (!keep.has(team)) {
        el.remove();
        this.drawn.delete(team);
      }
    }
  }

  private drawHead(): void {
    const icpc = this.model.rules === "icpc";
    const cells = this.model.problems.map((p) => {
      const t = this.model.tally(p.id);
      return `<div class="cell problem" role="columnheader" title="${escape(p.name)}"><b style="--balloon:${escape(p.rgb)}">${escape(p.label)}</b><small>${t.solved}/${t.tried}</small></div>`;
    });
    const html = `<div class="rank">#</div><div class="team" role="columnheader">Team</div><div class="solved" role="columnheader">${icpc ? "Solved" : "Points"}</div><div class="penalty" role="columnheader">${icpc ? "Time" : "Tries"}</div>${cells.join("")}`;
    if (this.head.innerHTML !== html) this.head.innerHTML = html;
  }

  private drawRow(row: Row, index: number): void {
    let el = this.drawn.get(row.team);
    const html = this.rowHtml(row);
    const place = `translateY(${index * ROW_HEIGHT}px)`;
    const isNew = !el;
    if (!el) {
      el = document.createElement("div");
      el.className = "row";
      el.setAttribute("role", "row");
      el.dataset.team = row.team;
      this.drawn.set(row.team, el);
      el.style.transform = place;
      this.body.append(el);
    }
    if (el.innerHTML !== html) el.innerHTML = html;
    if (el.style.transform !== place) el.style.transform = place;
    el.setAttribute("aria-rowindex", String(index + 2));
    el.classList.toggle("mine", row.team === this.mine);
    const since = this.fresh.get(row.team);
    if (since !== undefined && !isNew) {
      el.classList.remove("fresh");
      void el.offsetWidth;
      el.classList.add("fresh");
    }
    this.fresh.delete(row.team);
  }

  private rowHtml(row: Row): string {
    const icpc = this.model.rules === "icpc";
    const team = this.model.teams.get(row.team);
    const org = team?.organization ? `<small>${escape(team.organization)}</small>` : "";
    const main = icpc ? row.solved : row.points / 1000;
    const side = icpc ? row.penalty : row.wrong;
    const cells = this.model.problems.map((p) => this.cellHtml(row, row.cells.get(p.id), p.id, p.label));
    return `<div class="rank" role="gridcell">${row.rank || "–"}</div><div class="team" role="rowheader"><span>${escape(this.model.name(row.team))}</span>${org}</div><div class="solved" role="gridcell">${main}</div><div class="penalty" role="gridcell">${side}</div>${cells.join("")}`;
  }

  private cellHtml(row: Row, c: Cell | undefined, problem: string, label: string): string {
    if (!c || (c.judged === 0 && c.pending === 0)) return '<div class="cell" role="gridcell"></div>';
    const tries = `${c.judged} ${c.judged === 1 ? "try" : "tries"}`;
    if (this.model.rules !== "icpc") {
      const kind = c.pending ? "pending" : c.points > 0 ? "solved" : "wrong";
      return `<div class="cell ${kind}" role="gridcell" aria-label="Problem ${label}, ${c.points / 1000} points"><b>${c.points / 1000}</b><small>${c.pending ? `+${c.pending}?` : tries}</small></div>`;
    }
    if (c.solved) {
      const first = this.model.isFirst(row, problem);
      const at = minute(c.time ?? 0);
      const said = `Problem ${label}, solved at minute ${at}, ${tries}${first ? ", first to solve" : ""}`;
      return `<div class="cell solved${first ? " first" : ""}" role="gridcell" aria-label="${said}" title="${said}"><b>${first ? "★" : "✓"} ${at}</b><small>${tries}</small></div>`;
    }
    if (c.pending) {
      const said = `Problem ${label}, ${c.judged} rejected, ${c.pending} pending`;
      return `<div class="cell pending" role="gridcell" aria-label="${said}" title="${said}"><b>?</b><small>${c.judged} + ${c.pending}</small></div>`;
    }
    const said = `Problem ${label}, ${tries}, not solved`;
    return `<div class="cell wrong" role="gridcell" aria-label="${said}" title="${said}"><b>✗</b><small>${tries}</small></div>`;
  }
}

export const escape = (s: string): string =>
  s.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
