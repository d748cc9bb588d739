// What all parts of the page share: its elements by name, numbers as people read them, and where a problem is told.

export const element = (id) => document.getElementById(id);

export function bytes(count) {
  if (count < 1024) return `${count} B`;
  return count < 2 ** 20 ? `${(count / 1024).toFixed(1)} KiB` : `${(count / 2 ** 20).toFixed(1)} MiB`;
}

export const percent = (share) => `${(100 * share).toFixed(1)} %`;

export function say(text) { element('status').textContent = text; }

/** What a person can mend, in its three lines, as the engine tells them. */
export class Problem extends Error {
  constructor(what, why, fix) {
    super(what);
    Object.assign(this, { what, why, fix });
  }
}

/** One button takes the place of another, which can no longer be pressed; the focus goes with it, so that nobody is thrown to the top of the page. */
export function trade(before, now) {
  element(now).disabled = false;
  if (document.activeElement === element(before)) element(now).focus();
  element(before).disabled = true;
}

/** Runs what a person asked for; what goes wrong is told in its three lines. */
export async function attempt(body) {
  element('problem').textContent = '';
  try {
    return await body();
  } catch (problem) {
    element('problem').textContent = problem.what ? `${problem.what}\nWhy: ${problem.why}\nFix: ${problem.fix}` : String(problem);
    element('problem').scrollIntoView({ block: 'nearest' });               // who trains below would not see it
    say('Something went wrong, see below.');
    return undefined;
  }
}

export function row(...cells) {
  const tr = document.createElement('tr');
  tr.append(...cells);
  return tr;
}

export function cell(content, { number = false, heading = false } = {}) {
  const td = document.createElement(heading ? 'th' : 'td');
  if (heading) td.scope = 'row';
  if (number) td.className = 'number';
  td.append(content);
  return td;
}
