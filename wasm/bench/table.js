// Rows as text, with columns as wide as what stands in them.

const HEADINGS = { slot: 'slot', name: 'name', case: 'case', threads: 'threads', value: 'value', unit: 'unit', peer: 'peer',
  peerValue: "peer's value", ratio: 'ratio' };
const numeric = (key) => ['threads', 'value', 'peerValue', 'ratio'].includes(key);
const shown = (value) => (typeof value !== 'number' ? value ?? '' : Number.isInteger(value) ? String(value) : value.toFixed(2));

export function table(rows) {
  const keys = Object.keys(HEADINGS).filter((key) => rows.some((row) => row[key] !== undefined));
  const lines = [keys.map((key) => HEADINGS[key]), ...rows.map((row) => keys.map((key) => shown(row[key])))];
  const widths = keys.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines.map((line) => line.map((text, i) => (numeric(keys[i]) ? text.padStart(widths[i]) : text.padEnd(widths[i]))).join('  ').trimEnd())
    .join('\n');
}
