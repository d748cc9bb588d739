// The text as it is written: each token knows what could have come instead.
import { cell, element, percent, row } from './page.js';

const UNSURE = 0.5;                             // tokens below this probability are underlined

export class WrittenText {
  #tokens = [];
  #spans = [];
  #follows = true;                              // the newest token is the one that is looked at

  constructor(prompt) {
    const span = document.createElement('span');
    span.className = 'prompt';
    span.textContent = prompt;
    element('text').replaceChildren(span);
    element('choices').replaceChildren();
    element('heard').textContent = '';
    Object.assign(element('place'), { min: 0, max: 0, value: 0, disabled: true });
    element('place').oninput = () => this.look(Number(element('place').value));
  }

  add(token) {
    const span = document.createElement('span'), place = this.#tokens.length;
    span.className = token.probability < UNSURE ? 'token unsure' : 'token';
    span.textContent = token.text;
    span.title = `${percent(token.probability)}`;
    span.onclick = () => this.look(place);
    element('text').append(span);
    this.#tokens.push(token);
    this.#spans.push(span);
    Object.assign(element('place'), { max: place, disabled: false });
    if (this.#follows) this.#show(place);
  }

  /** Told to those who do not see it, once: token by token nobody could listen. */
  end() { element('heard').textContent = this.#tokens.map(({ text }) => text).join(''); }

  look(place) {
    this.#follows = place === this.#tokens.length - 1;
    this.#show(place);
  }

  #show(place) {
    const token = this.#tokens[place];
    element('text').querySelector('.chosen')?.classList.remove('chosen');
    this.#spans[place].classList.add('chosen');
    element('place').value = place;
    element('place').setAttribute('aria-valuetext', `token ${place + 1}, ${JSON.stringify(token.text)}, ${percent(token.probability)}`);
    element('choice-title').textContent = `Token ${place + 1}: ${JSON.stringify(token.text)} was chosen, probability ${percent(token.probability)}`;
    element('choices').replaceChildren(...token.alternatives.map((each) => {
      const name = document.createElement('code'), bar = document.createElement('meter');
      name.textContent = JSON.stringify(each.text);
      Object.assign(bar, { min: 0, max: 1, value: each.probability });
      bar.setAttribute('aria-label', `probability of ${JSON.stringify(each.text)}`);
      return row(cell(name, { heading: true }), cell(percent(each.probability), { number: true }), cell(bar));
    }));
  }
}
