/** Marks of unfinished text, and upper-case names where a percentage belongs. */
const UNFINISHED = /\b(?:TODO|TBD|TBA|FIXME|XXX+|TK)\b|\b[A-Z][A-Z0-9]*%|lorem ipsum/g;
const TABLE = /^\|.*\|\n\|[ :|-]+\|\n(?:\|.*\|\n?)+/gm;
/** A figure, with or without a unit. Code in backticks is not a figure. */
const FIGURE = /^[~≈<>]? ?[\d.,]+(?: ?[%×a-zA-Z]{1,4})?$/;
const OPEN_CELL = /^(?:\?+|…|\.{3})?$/;

/** Returns the placeholders in a Markdown text: unfinished words, and open cells in columns of figures. */
export function placeholdersIn(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```/gm, '');
  const words = [...prose.matchAll(UNFINISHED)].map(([word]) => word);
  const cells = [...prose.matchAll(TABLE)].flatMap(([table]) => openCells(table));
  return [...words, ...cells];
}

function openCells(table: string): string[] {
  const [header = [], , ...rows] = table.trim().split('\n').map(cellsOf);
  const columns = header.map((title, column) => ({ title, cells: rows.map((row) => row[column] ?? '') }));
  return columns
    .filter(({ cells }) => cells.some((cell) => FIGURE.test(cell)))
    .flatMap(({ title, cells }) =>
      cells.flatMap((cell, row) => (OPEN_CELL.test(cell) ? [`${rows[row]?.[0]}: no ${title}`] : [])),
    );
}

function cellsOf(row: string): string[] {
  return row
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}
