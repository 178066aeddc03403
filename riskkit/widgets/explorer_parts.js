// What the explorers share: controls, cards, ticks, words and elements. It stands before an explorer's own text in one module.

const SVG = "http://www.w3.org/2000/svg";

// ---- the whole ----------------------------------------------------------------------------------------------------------

// Puts an explorer together and keeps it in step with its model; returns what takes it away again.
//   controls  send -> its controls, in the order of reading; kind: class of their box
//   users     name of a control -> the choices of the menu `chooser` that read it, or nothing where all do
//   verdicts  { headline, cards, remark };  picture  { root, resize };  show  reply -> the source of its data
function mountExplorer({ model, el, title, kind = "", controls, chooser, users = () => undefined, verdicts, picture, show }) {
  const root = make("div", { class: "riskkit-explorer", role: "group", "aria-label": title });
  const all = controls((name, value) => {
    root.classList.add("waiting");
    model.set(name, value);
    model.save_changes();
  });
  const refresh = () => {
    for (const control of all) {
      control.show(model.get(control.name));
      const only = users(control.name);
      control.input.disabled = Boolean(only) && !only.includes(model.get(chooser));
      if (control.input.disabled) control.say(`only in ${only.join(", ")}`);
    }
  };
  const source = make("p", { class: "source" });
  const answered = () => {
    root.classList.remove("waiting");
    source.textContent = `Source: ${show(model.get("reply"))}`;
  };
  const box = make("div", { class: `controls ${kind}`.trim() }, ...all.map((control) => control.root));
  root.append(box, verdicts.headline, picture.root, verdicts.cards, verdicts.remark, source, make("p", { class: "note" }, model.get("facts").note));
  el.append(root);
  for (const { name } of all) model.on(`change:${name}`, refresh);
  model.on("change:reply", answered);
  const observer = new ResizeObserver(() => picture.resize());
  observer.observe(picture.root);
  refresh();
  answered();
  return () => {
    observer.disconnect();
    for (const { name } of all) model.off(`change:${name}`, refresh);
    model.off("change:reply", answered);
  };
}

// ---- controls -----------------------------------------------------------------------------------------------------------

function makeMenu(name, label, choices, send) {
  const input = make("select", { "data-lm-suppress-shortcuts": "true" }, ...choices.map((one) => make("option", { value: one }, one)));
  input.addEventListener("change", () => send(name, input.value));
  const root = make("label", { class: name }, make("span", {}, label), input);
  return { name, root, input, show: (value) => (input.value = value) };
}

// A slider moves over its stops by number: so arrow keys always make one step, and stops need not be evenly spaced.
function makeSlider(name, label, stops, words, send) {
  const input = make("input", {
    type: "range", min: 0, max: stops.length - 1, step: 1, "aria-label": label, "data-lm-suppress-shortcuts": "true",
  });
  const value = make("output");
  const say = (text) => {
    value.textContent = text;
    input.setAttribute("aria-valuetext", text);
  };
  input.addEventListener("input", () => {
    say(words(stops[input.value]));
    send(name, stops[input.value]);
  });
  const nearest = (number) => stops.reduce((best, stop, i) => (Math.abs(stop - number) < Math.abs(stops[best] - number) ? i : best), 0);
  const show = (number) => {
    if (stops[input.value] !== number) input.value = nearest(number);
    say(words(number));
  };
  return { name, input, say, show, root: make("label", { class: name }, make("span", {}, label, value), input) };
}

// ---- cards and ticks ----------------------------------------------------------------------------------------------------

function makeCard({ mark, question, say, test }) {
  return make("div", { class: `finding ${mark}` }, make("p", { class: "question" }, question), make("p", { class: "say" }, say), make("small", {}, test));
}

function niceTicks(low, high, wanted) {
  const raw = (high - low) / wanted;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((factor) => factor * unit >= raw) * unit;
  const ticks = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++) ticks.push(n * step);
  return ticks;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

// The first day of every n-th month, n as small as there is room; without dates, round numbers of steps.
function timeTicks(times, length, most) {
  if (!times) return niceTicks(0, length - 1, Math.max(most, 2)).map((at) => [at, count(at)]);
  const date = Array.from(times, (time) => new Date(time));
  const months = date.map((one) => 12 * one.getUTCFullYear() + one.getUTCMonth());
  const every = [1, 3, 6, 12, 24, 60, 120].find((n) => (months.at(-1) - months[0]) / n <= most) ?? 240;
  const ticks = [];
  for (let i = 1; i < length; i++) {
    const turned = Math.floor(months[i] / every) > Math.floor(months[i - 1] / every);
    if (turned) ticks.push([i, (every < 12 ? MONTHS[date[i].getUTCMonth()] + " " : "") + date[i].getUTCFullYear()]);
  }
  return ticks;
}

// ---- words and elements -------------------------------------------------------------------------------------------------

const count = (value) => value.toLocaleString("en-US");
const plain = (value) => String(+value.toPrecision(6)).replace("-", "−");
const percent = (value, digits) => `${digits === undefined ? plain(100 * value) : (100 * value).toFixed(digits).replace("-", "−")}\u00a0%`;
const round = (value) => Math.round(10 * value) / 10;
const capital = (word) => word[0].toUpperCase() + word.slice(1);
const counted = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;
const minimum = (values) => values.reduce((least, value) => Math.min(least, value), Infinity);
const maximum = (values) => values.reduce((most, value) => Math.max(most, value), -Infinity);

// A message's buffer need not start at a multiple of 8 bytes: copy it.
function floats(view) {
  return view ? new Float64Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)) : null;
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function shape(tag, attributes = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function label(words, x, y, anchor) {
  const text = shape("text", { x, y, class: anchor });
  text.textContent = words;
  return text;
}

export {
  mountExplorer, SVG, makeMenu, makeSlider, makeCard, niceTicks, timeTicks, count, plain, percent, round, capital, counted, minimum, maximum, floats, make, shape, label,
};
