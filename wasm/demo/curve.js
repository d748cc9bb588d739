// The loss as a line, and in words for those who do not see it.
import { element } from './page.js';

const LEFT = 50, RIGHT = 590, TOP = 10, BOTTOM = 170;
const POINTS = 270;                             // a point for every two units of width is enough

export class LossCurve {
  #losses = [];
  #name;

  constructor(name) {
    this.#name = name;
    this.draw();
  }

  add(loss) { this.#losses.push(loss); }

  draw() {
    const losses = this.#losses, most = Math.max(...losses, 1e-9), last = losses.length - 1;
    const every = Math.max(1, Math.ceil(losses.length / POINTS));
    const points = losses.map((loss, i) => [LEFT + (RIGHT - LEFT) * i / Math.max(1, last), BOTTOM - (BOTTOM - TOP) * loss / most])
      .filter((_, i) => i % every === 0 || i === last);
    element('curve-line').setAttribute('points', points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '));
    element('curve-most').textContent = losses.length ? most.toFixed(2) : '';
    element('curve-steps').textContent = losses.length ? `step ${losses.length}` : '';
    element('curve').setAttribute('aria-label', this.words());
  }

  words() {
    const losses = this.#losses;
    if (losses.length === 0) return `${this.#name}: no loss yet`;
    const [first, last, least] = [losses[0], losses[losses.length - 1], Math.min(...losses)].map((loss) => loss.toFixed(3));
    return `${this.#name}: loss ${first} at step 1, ${last} at step ${losses.length}, at least ${least}`;
  }
}
