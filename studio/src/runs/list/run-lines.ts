import { type RunQuery, searchRunRows } from "../../client/run";
import { searchGroups } from "../../client/run-group";
import { withCondition } from "../query-text";
import { type Column, columnToken, fieldOf } from "./column";
import { type GridItem, keyOf } from "./grid-item";
import { LineList } from "./line-list";
import { Pages, type ReadPage } from "./pages";
import { askedFields, isAtColumn, readAtColumns, rowsOf } from "./run-row";
import { DEFAULT_SORT, queryOf, type RunView } from "./run-view";

/** What is listed, and in which order. */
export interface ListQuestion {
  query: RunQuery;
  /** The fields by which runs are grouped. */
  by: readonly string[];
}

/** What the lines bring besides what every run has. */
export interface Brought {
  fields: readonly string[];
  /** Figures of groups. */
  figures: readonly string[];
  at: readonly Extract<Column, { kind: "at" }>[];
}

const NOTHING: Brought = { fields: [], figures: [], at: [] };

export function questionOf(view: RunView, within: RunQuery): ListQuestion {
  return { query: queryOf(view, within), by: view.group };
}

export function broughtBy(columns: readonly Column[]): Brought {
  const figures = columns.flatMap((column) => (column.kind === "metric" || column.kind === "rollUp" ? (fieldOf(column) ?? []) : []));
  return { fields: askedFields(columns), figures, at: columns.filter(isAtColumn) };
}

/**
 * The lines of one list of runs or groups. They stay the same ones, in their places and as open as they are, while other columns are asked for.
 */
export class RunLines extends LineList<GridItem> {
  private readonly reader: Reader;

  constructor(workspace: string, question: ListQuestion) {
    const reader = new Reader(workspace, question);
    super(reader.top(), { keyOf, below: (item) => reader.below(item) });
    this.reader = reader;
  }

  /** Says what the lines bring from now on. Read again only when there is something among it that they do not have. */
  bring(brought: Brought): void {
    const isKnown = isWithin(brought, this.reader.brought);
    this.reader.brought = brought;
    if (!isKnown) this.refresh();
  }

  /** True while the lines lack something that they are to bring. */
  get isBehind(): boolean {
    return !isWithin(this.reader.brought, this.reader.answered);
  }

  /** Reads these runs anew, wherever they stand. */
  async renewRuns(runIds: ReadonlySet<string>): Promise<void> {
    await this.renew(runIds, (ids) => this.reader.readThese(ids));
  }
}

/** Reads the pages of a list: each time with what its lines bring by then. */
class Reader {
  brought = NOTHING;
  /** What the last answer has brought. */
  answered = NOTHING;

  constructor(
    private readonly workspace: string,
    private readonly question: ListQuestion,
  ) {}

  top(): Pages<GridItem> {
    const { query, by } = this.question;
    if (by.length > 0) return new Pages(this.readGroups(), false);
    return this.runs({ ...query, keep_ancestors: !query.include_children && Boolean(query.filter) }, query.order_by === DEFAULT_SORT);
  }

  below(item: GridItem): Pages<GridItem> {
    if (item.kind === "run") return new Pages(this.readChildren(item.row.run.id), false);
    const { query } = this.question;
    const filter = query.filter ? withCondition(query.filter, `(${item.group.filter})`) : item.group.filter;
    return this.runs({ ...query, filter }, false);
  }

  async readThese(runIds: readonly string[]): Promise<GridItem[]> {
    const filter = `id in (${runIds.map((id) => JSON.stringify(id)).join(", ")})`;
    const asked: RunQuery = { view: this.question.query.view, include_children: true, filter };
    const { items } = await this.readRuns(asked)(0, runIds.length, new AbortController().signal);
    return items;
  }

  private runs(query: RunQuery, newestFirst: boolean): Pages<GridItem> {
    return new Pages(this.readRuns(query), newestFirst);
  }

  private readRuns(query: RunQuery): ReadPage<GridItem> {
    return async (offset, limit, signal) => {
      const { brought } = this;
      const { rows, total } = await searchRunRows(this.workspace, { ...query, offset, limit }, brought.fields, signal);
      const others = await readAtColumns(this.workspace, rows, brought.at, signal);
      this.answered = brought;
      return { items: rowsOf(rows, brought.fields, others).map((row) => ({ kind: "run", row })), total };
    };
  }

  /** The children that the filter is about; all of them when it is about their parent alone. */
  private readChildren(parent: string): ReadPage<GridItem> {
    const { experiment: _, ancestor_id: __, ...asked } = this.question.query;
    const all = this.readRuns({ ...asked, parent_id: parent, filter: null });
    if (!asked.filter) return all;
    let read = this.readRuns({ ...asked, parent_id: parent, keep_ancestors: true });
    return async (offset, limit, signal) => {
      const answer = await read(offset, limit, signal);
      if (answer.total > 0) return answer;
      read = all;
      return read(offset, limit, signal);
    };
  }

  private readGroups(): ReadPage<GridItem> {
    return async (offset, limit, signal) => {
      const { brought } = this;
      const page = await searchGroups(this.workspace, { ...this.question, figures: brought.figures }, offset, limit, signal);
      this.answered = brought;
      return { items: page.groups.map((group) => ({ kind: "group", group, by: this.question.by })), total: page.total_groups };
    };
  }
}

function isWithin(few: Brought, many: Brought): boolean {
  const tokens = (brought: Brought) => brought.at.map(columnToken);
  const all = (some: readonly string[], others: readonly string[]) => some.every((each) => others.includes(each));
  return all(few.fields, many.fields) && all(few.figures, many.figures) && all(tokens(few), tokens(many));
}
