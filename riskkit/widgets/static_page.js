// Stands where a live session has its model: looks an answer up instead of asking for it.
function start(name, render) {
  const el = document.querySelector(`[data-riskkit-explorer="${name}"]:not([data-started])`);
  el.dataset.started = "true";
  const { facts, state, answers } = JSON.parse(el.querySelector("script").textContent);
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = (numbers) => new DataView(Float64Array.from(numbers).buffer);
  const path = ({ low, step, counts }) => view(Array.from(new Uint16Array(bytes(counts).buffer), (n) => low + n * step));
  for (const one of facts.series) {
    one.loss = new DataView(bytes(one.loss).buffer);
    one.times = one.times && new DataView(bytes(one.times).buffer);
  }
  const usesDecay = new Map(facts.models.map((model) => [model.name, model.usesDecay]));
  const reply = () => {
    const { series, model, level, window, decay } = state;
    const key = [series, model, level, window, usesDecay.get(model) ? decay : facts.stops.decay[0]].join("|");
    const { var: var_, es, verdict } = answers[key];
    return { query: { ...state }, var: path(var_), es: path(es), verdict };
  };
  const values = { facts, ...state, reply: reply() };
  const listeners = {};
  const fire = (event) => (listeners[event] ?? []).forEach((listener) => listener());
  const model = {
    get: (key) => values[key],
    set: (key, value) => {
      values[key] = state[key] = value;
      fire(`change:${key}`);
    },
    save_changes: () => {
      values.reply = reply();
      fire("change:reply");
    },
    on: (event, listener) => (listeners[event] ??= []).push(listener),
    off: (event, listener) => (listeners[event] = (listeners[event] ?? []).filter((one) => one !== listener)),
  };
  render({ model, el });
}
