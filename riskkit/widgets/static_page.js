// Stands where a live session has its model: instead of Python the page answers, with the kernels of engine.js.
// answer(engine, facts, setting, part) -> reply; on its way it may hand a coarser reply to `part`, which says whether the
// setting is still wanted. When it is not, the answer may be null.
async function start(name, render, answer) {
  const el = document.querySelector(`[data-riskkit-explorer="${name}"]:not([data-started])`);
  el.dataset.started = "true";
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const doubles = (_, value) => (value?.doubles === undefined ? value : new Float64Array(bytes(value.doubles).buffer));
  const { facts, state, engine: binary } = JSON.parse(el.querySelector("script").textContent, doubles);
  for (const one of facts.series ?? []) {
    one.shown = one.returns.slice(-one.days);
    one.loss = one.shown.map((value) => -value);
  }
  let engine;
  try {
    engine = await openEngine(binary);
  } catch {
    const words = "This explorer computes in the page and needs a browser with WebAssembly SIMD, as all have had since 2023.";
    return el.append(Object.assign(document.createElement("p"), { textContent: words }));
  }
  const values = { facts, ...state };
  const listeners = {};
  const fire = (event) => (listeners[event] ?? []).forEach((listener) => listener());
  const replied = (reply) => {
    const first = !values.reply;
    values.reply = reply;
    if (first) render({ model, el });
    fire("change:reply");
  };
  const setting = () => Object.fromEntries(Object.keys(state).map((key) => [key, values[key]]));
  const asked = async (query, part) => {
    try {
      return await answer(engine, facts, query, part);
    } catch (error) {
      return { query, error: error.message };
    }
  };
  // One answer at a time: what was set meanwhile is answered next, what was set before that never.
  let busy = false;
  let again = false;
  const compute = async () => {
    again = busy;
    if (busy) return;
    busy = true;
    do {
      again = false;
      const reply = await asked(setting(), (partial) => {
        if (partial && !again) replied(partial);
        return !again;
      });
      if (reply) replied(reply);
    } while (again);
    busy = false;
  };
  const model = {
    get: (key) => values[key],
    set: (key, value) => {
      values[key] = value;
      fire(`change:${key}`);
    },
    save_changes: compute,
    on: (event, listener) => (listeners[event] ??= []).push(listener),
    off: (event, listener) => (listeners[event] = (listeners[event] ?? []).filter((one) => one !== listener)),
  };
  el.model = model; // for a script of the page that wants to drive the explorer, and for tests
  compute();
}
