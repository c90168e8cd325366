import { paint, type Style } from '../terminal.ts';
import { cut, pad, widthOf } from './safe-text.ts';

/** One column of a table that grows. */
export interface Column<Row> {
  readonly heading: string;
  /** One line without controls. */
  readonly cell: (row: Row) => string;
  /** Numbers stand on the right. */
  readonly side?: 'left' | 'right';
  /** The widest that it becomes on a terminal. */
  readonly most?: number;
  readonly style?: (row: Row) => Style | undefined;
}

/** A table of which rows are shown before all are known. */
export interface RowTable<Row> {
  /** The lines that can be shown now. */
  add(row: Row): string[];
  /** The lines that were held back. */
  end(): string[];
}

/** Rows from which the widths of the columns are taken. */
const FIRST_ROWS = 200;

const GAP = '  ';

/**
 * @param width Columns of the terminal: lines are cut to it, and cells to their `most`. Infinity: nothing is cut, for a
 * reader that is a program.
 */
export function createRowTable<Row>(columns: readonly Column<Row>[], width: number): RowTable<Row> {
  let first: Row[] = [];
  let widths: number[] | undefined;

  function measure(): string[] {
    widths = columns.map(({ heading, cell, most = Infinity }) => {
      const widest = Math.max(heading.length, ...first.map((row) => widthOf(cell(row))));
      return width === Infinity ? widest : Math.min(widest, most);
    });
    const heading = toLine(columns.map((column) => ({ text: column.heading, column })));
    const lines = [paint('bold', heading), ...first.map(rowLine)];
    first = [];
    return lines;
  }

  function rowLine(row: Row): string {
    return toLine(
      columns.map((column) => {
        const style = column.style?.(row);
        return { text: column.cell(row), column, ...(style !== undefined && { style }) };
      }),
    );
  }

  function toLine(cells: readonly { text: string; column: Column<Row>; style?: Style }[]): string {
    let left = width;
    const shown = cells.flatMap(({ text, column, style }, index) => {
      if (left <= 0) return [];
      const own = Math.min(widths?.[index] ?? 0, left);
      const isLast = index === cells.length - 1;
      const short = width === Infinity ? text : cut(text, isLast ? left : own);
      left -= own + GAP.length;
      const filled = isLast && column.side !== 'right' ? short : pad(short, own, column.side);
      return [style === undefined || short === '' ? filled : paint(style, filled)];
    });
    return shown.join(GAP).trimEnd();
  }

  return {
    add(row) {
      if (widths !== undefined) return [rowLine(row)];
      first.push(row);
      return first.length < FIRST_ROWS ? [] : measure();
    },
    end: () => (widths === undefined && first.length > 0 ? measure() : []),
  };
}

/** Columns of the terminal that standard output is; Infinity where it is none. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Infinity;
}
