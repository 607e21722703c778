// standings.ts -- the model of a board in the browser: the fold of the PARTs that the stream sends
// (a snapshot is one PART with everything), and the order of the standings. No DOM here.

export interface Cell {
  problem: string;
  judged: number;
  pending: number;
  solved: boolean;
  time: number | null;
  points: number;
  penalty: number;
}
export interface Row {
  team: string;
  solved: number;
  penalty: number;
  points: number;
  last: number | null;
  wrong: number;
  cells: Map<string, Cell>;
  rank: number;
}
export interface TeamInfo {
  id: string;
  name: string;
  display_name?: string | null;
  organization?: string | null;
  country?: string | null;
  sort_group: number;
  hidden?: boolean;
  ranked?: boolean;
}
export interface ProblemInfo {
  id: string;
  label: string;
  name: string;
  rgb: string;
  ordinal: number;
}
interface First {
  problem: string;
  sort_group: number;
  team: string | null;
}
export interface Part {
  number?: number;
  notice?: string;
  contest?: { name: string; rules: string };
  problems?: ProblemInfo[];
  teams?: TeamInfo[];
  rows?: (Omit<Row, "cells" | "rank"> & { cells: Cell[] })[];
  first?: First[];
  bulk?: boolean;
}

export class Standings {
  rules = "icpc";
  notice = "";
  problems: ProblemInfo[] = [];
  teams = new Map<string, TeamInfo>();
  rows = new Map<string, Row>();
  private first = new Map<string, string | null>();
  private sorted: Row[] | null = null;

  clear(): void {
    this.teams.clear();
    this.rows.clear();
    this.first.clear();
    this.problems = [];
    this.sorted = null;
  }

  // The teams whose rows changed.
  apply(part: Part): string[] {
    const changed: string[] = [];
    if (part.bulk) this.rows.clear();
    if (part.notice !== undefined) this.notice = part.notice;
    if (part.contest) this.rules = part.contest.rules;
    if (part.problems) this.problems = [...part.problems].sort((a, b) => a.ordinal - b.ordinal);
    if (part.teams) this.teams = new Map(part.teams.map((t) => [t.id, t]));
    for (const r of part.rows ?? []) {
      const row = this.rows.get(r.team) ?? { ...r, cells: new Map<string, Cell>(), rank: 0 };
      Object.assign(row, { ...r, cells: row.cells });
      for (const c of r.cells) row.cells.set(c.problem, c);
      this.rows.set(r.team, row);
      changed.push(r.team);
    }
    for (const f of part.first ?? []) this.first.set(`${f.sort_group} ${f.problem}`, f.team);
    this.sorted = null;
    return changed;
  }

  isFirst(row: Row, problem: string): boolean {
    return this.first.get(`${this.teams.get(row.team)?.sort_group ?? 0} ${problem}`) === row.team;
  }

  name(team: string): string {
    const t = this.teams.get(team);
    return t?.display_name || t?.name || team;
  }

  private compare(a: Row, b: Row): number {
    const minute = (ms: number | null) => Math.floor((ms ?? 0) / 60000);
    const group = (this.teams.get(a.team)?.sort_group ?? 0) - (this.teams.get(b.team)?.sort_group ?? 0);
    if (group) return group;
    if (this.rules === "icpc") {
      return b.solved - a.solved || a.penalty - b.penalty || minute(a.last) - minute(b.last);
    }
    if (this.rules === "ioi") return b.points - a.points;
    return b.points - a.points || a.wrong - b.wrong || minute(a.last) - minute(b.last);
  }

  // All teams in order with shared ranks; a team without a row stands at the end.
  order(): Row[] {
    if (this.sorted) return this.sorted;
    for (const id of this.teams.keys()) {
      if (!this.rows.has(id)) {
        this.rows.set(id, { team: id, solved: 0, penalty: 0, points: 0, last: null, wrong: 0, cells: new Map(), rank: 0 });
      }
    }
    const rows = [...this.rows.values()].filter((r) => this.teams.has(r.team));
    rows.sort((a, b) => this.compare(a, b) || this.name(a.team).localeCompare(this.name(b.team)) || (a.team < b.team ? -1 : 1));
    let group: number | null = null;
    let above: Row | null = null;
    let ranked = 0;
    for (const r of rows) {
      const team = this.teams.get(r.team);
      if ((team?.sort_group ?? 0) !== group) {
        group = team?.sort_group ?? 0;
        above = null;
        ranked = 0;
      }
      r.rank = 0; // hidden, unofficial and disqualified teams have none
      if (team?.hidden || team?.ranked === false) continue;
      ranked++;
      r.rank = above && this.compare(above, r) === 0 ? above.rank : ranked;
      above = r;
    }
    this.sorted = rows;
    return rows;
  }

  tally(problem: string): { solved: number; tried: number } {
    let solved = 0;
    let tried = 0;
    for (const r of this.rows.values()) {
      const c = r.cells.get(problem);
      if (!c) continue;
      if (c.solved) solved++;
      if (c.judged + c.pending > 0) tried++;
    }
    return { solved, tried };
  }
}
