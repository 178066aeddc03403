// The VaR explorer: controls on top, the walk-forward backtest drawn below, what the tests say in words.
//
// One module, two hosts. Live (JupyterLab, Voila) `model` is anywidget's and Python answers each step; in a static page
// `model` is a shim and the page answers (var_explorer_answer.js). Nothing here computes a statistic: it draws and words.
// explorer_parts.js stands before it.
//   facts   series [{name, source, times, loss}], models [{name, usesDecay}], stops {level, window, decay}, note, significance
//   reply   query {series, model, level, window, decay}, var, es, verdict {...}  or  query, error

const PAD = { left: 58, right: 10, top: 22, bottom: 24 };
const STRIP = 26; // height of the row of breach ticks
const HEADROOM = 1.5; // top of the axis, as a multiple of the largest loss

function render({ model, el }) {
  const facts = model.get("facts");
  const series = new Map(facts.series.map((one) => [one.name, { ...one, loss: floats(one.loss), times: floats(one.times) }]));
  const decaying = facts.models.filter((one) => one.usesDecay).map((one) => one.name);
  const [picture, verdicts] = [makePlot(), makeVerdicts()];
  const show = (reply) => {
    const one = series.get(reply.query.series);
    verdicts.show(reply, facts.significance);
    if (!reply.error) picture.show({ ...one, ...reply, var: floats(reply.var), es: floats(reply.es) });
    return one.source;
  };
  const controls = (send) => [
    makeMenu("series", "Series", facts.series.map((one) => one.name), send),
    makeMenu("model", "Model", facts.models.map((one) => one.name), send),
    makeSlider("level", "Confidence level", facts.stops.level, (value) => percent(value), send),
    makeSlider("window", "Window", facts.stops.window, (value) => `${count(value)} days`, send),
    makeSlider("decay", "Decay", facts.stops.decay, plain, send),
  ];
  const users = (name) => (name === "decay" ? decaying : undefined);
  return mountExplorer({ model, el, title: "Explorer of VaR backtests", controls, chooser: "model", users, verdicts, picture, show });
}

// ---- verdicts -----------------------------------------------------------------------------------------------------------

function makeVerdicts() {
  const headline = make("output", { class: "headline", "aria-live": "polite" });
  const cards = make("div", { class: "findings" });
  const remark = make("p", { class: "remark" });
  const show = ({ query, verdict, error }, significance) => {
    if (error) {
      headline.textContent = "No answer for these settings";
      remark.classList.add("warning");
      remark.textContent = error;
      cards.replaceChildren();
      return;
    }
    headline.textContent = `${counted(verdict.breaches, "breach", "breaches")} in ${count(verdict.days)} days; ${plain(verdict.expected)} expected`;
    cards.replaceChildren(...verdictCards(query, verdict, significance).map(makeCard));
    const fits = [
      [verdict.failed_fits, "did not reach an optimum"],
      [verdict.fits_at_a_bound, "ended at a bound of the parameters"],
    ];
    const told = fits.filter(([number]) => number > 0).map(([number, what]) => `${count(number)} ${what}`);
    remark.classList.toggle("warning", verdict.failed_fits > 0);
    remark.textContent = told.length ? `Of ${count(verdict.days)} fits ${told.join(", ")}.` : "";
  };
  return { headline, cards, remark, show };
}

function verdictCards(query, verdict, significance) {
  const level = percent(query.level);
  const many = verdict.breaches > verdict.expected;
  const clustered = verdict.repeats * verdict.days > verdict.breaches ** 2;
  const fails = (p) => p < significance;
  const [number, alone, both] = [verdict.p_kupiec, verdict.p_independence, verdict.p_conditional];
  return [
    {
      mark: fails(number) ? "bad" : "good",
      question: "Right number of breaches?",
      say: !fails(number) ? `Yes: compatible with ${level}.` : many ? "No, too many: VaR is too low." : "No, too few: VaR is too high.",
      test: `Kupiec, exact ${chance(number)}`,
    },
    {
      mark: fails(alone) ? "bad" : "good",
      question: "Do breaches come alone?",
      say: !fails(alone) ? `Yes: ${followed(verdict.repeats)}.` : clustered ? `No, they cluster: ${followed(verdict.repeats)}.` : "No, they avoid each other.",
      test: `Independence, exact ${chance(alone)}`,
    },
    {
      mark: fails(both) ? "bad" : "good",
      question: "Both together?",
      say: fails(both) ? "The model is rejected at 5\u00a0%." : "The model is not rejected at 5\u00a0%.",
      test: `Conditional coverage, exact ${chance(both)}`,
    },
    {
      mark: verdict.zone,
      question: `Traffic light, last ${count(verdict.recent_days)} days`,
      say: `${capital(verdict.zone)}: ${counted(verdict.recent_breaches, "breach", "breaches")}.`,
      test: verdict.multiplier === null ? "Capital multiplier: defined for 250 days at 99 %" : `Capital multiplier ${verdict.multiplier.toFixed(2)}`,
    },
  ];
}

const followed = (repeats) => (repeats === 0 ? "none on the day after another" : `${count(repeats)} on the day after another`);
const chance = (p) => (p < 0.0001 ? "p\u00a0<\u00a00.0001" : `p\u00a0=\u00a0${p.toFixed(p < 0.01 ? 4 : 3)}`);

// ---- plot ---------------------------------------------------------------------------------------------------------------

function makePlot() {
  const svg = shape("svg", { role: "img", "aria-label": "Losses, VaR, ES and breaches over time" });
  const layers = Object.fromEntries(
    ["grid", "loss", "var", "es", "hit", "dot", "tick", "cursor"].map((name) => [name, shape("path", { class: name })]),
  );
  const words = shape("g", { class: "words" });
  svg.append(...Object.values(layers), words);
  const readout = make("p", { class: "readout" });
  const root = make("div", { class: "plot" }, makeLegend(), svg, readout);
  let data = null;
  let frame = null;

  const draw = () => {
    const width = Math.max(root.clientWidth, 240);
    const height = width < 520 ? 250 : 320;
    frame = makeFrame(data, width, height);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    drawPaths(layers, data, frame);
    words.replaceChildren(...frame.labels);
    point(null);
  };
  const point = (event) => {
    const box = svg.getBoundingClientRect();
    const last = data.loss.length - 1;
    const day = event ? Math.round(frame.day(((event.clientX - box.left) / box.width) * frame.width)) : last;
    const at = Math.min(Math.max(day, 0), last);
    layers.cursor.setAttribute("d", event ? `M${frame.x(at)} ${PAD.top}V${frame.foot}` : "");
    readout.textContent = describe(data, at, event);
  };
  svg.addEventListener("pointermove", (event) => data && point(event));
  svg.addEventListener("pointerdown", (event) => data && point(event));
  svg.addEventListener("pointerleave", () => data && point(null));
  const show = (next) => {
    data = next;
    draw();
  };
  const resize = () => data && root.clientWidth !== frame.width && draw();
  return { root, show, resize };
}

function makeLegend() {
  const names = [["loss", "loss (gain below 0)"], ["var", "VaR"], ["es", "ES"], ["hit", "breach: loss > VaR"]];
  return make("div", { class: "legend" }, ...names.map(([name, label]) => make("span", { class: name }, make("i"), label)));
}

// Where things stand: scales, ticks and their words. The loss axis is the series' own and stays while a slider moves, so
// that VaR is seen to move; what runs off its top is drawn along the top and said.
function makeFrame({ loss, var: var_, es, times }, width, height) {
  const foot = height - PAD.bottom;
  const low = Math.min(0, minimum(loss));
  const high = HEADROOM * Math.max(maximum(loss), -low / 10);
  const bottom = low - 0.03 * (high - low);
  const room = foot - STRIP - PAD.top;
  const y = (value) => round(PAD.top + ((high - Math.min(value, high)) / (high - bottom)) * room);
  const span = (width - PAD.left - PAD.right) / Math.max(loss.length - 1, 1);
  const x = (day) => round(PAD.left + day * span);
  const day = (position) => (position - PAD.left) / span;
  const rows = niceTicks(bottom, high, 5);
  const columns = timeTicks(times, loss.length, (width - PAD.left - PAD.right) / 64);
  const labels = [
    label("loss, % of position", 0, 11, "start"),
    label(runsOff([["VaR", maximum(var_)], ["ES", maximum(es)]], high), width - PAD.right, 11, "end"),
    label("breaches", PAD.left - 6, foot - STRIP / 2 + 4, "end"),
    ...rows.map((value) => label(percent(value), PAD.left - 6, y(value) + 4, "end")),
    ...columns.map(([at, words]) => label(words, x(at), foot + 17, x(at) > width - 40 ? "end" : "middle")),
  ];
  return { width, foot, x, y, day, rows, columns, labels };
}

function drawPaths(layers, { loss, var: var_, es, verdict }, { width, foot, x, y, rows, columns }) {
  const hits = verdict.positions;
  const line = (values) => "M" + Array.from(values, (value, i) => `${x(i)} ${y(value)}`).join("L");
  const stem = (i) => `M${x(i)} ${y(0)}V${y(loss[i])}`;
  const dot = (i) => `M${x(i) - 3} ${y(loss[i])}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0`;
  const paths = {
    grid: rows.map((value) => `M${PAD.left} ${y(value)}H${width - PAD.right}`).join("") +
      `M${PAD.left} ${foot}H${width - PAD.right}` + columns.map(([at]) => `M${x(at)} ${foot}v5`).join(""),
    loss: Array.from(loss, (_, i) => stem(i)).join(""),
    var: line(var_),
    es: line(es),
    hit: hits.map(stem).join(""),
    dot: hits.map(dot).join(""),
    tick: hits.map((i) => `M${x(i)} ${foot - STRIP + 5}V${foot - 3}`).join(""),
  };
  for (const [name, path] of Object.entries(paths)) layers[name].setAttribute("d", path);
}

function describe({ loss, var: var_, es, times, verdict }, day, pointed) {
  const when = times ? new Date(times[day]).toISOString().slice(0, 10) : `step ${count(day + 1)}`;
  const breach = verdict.positions.includes(day) ? ", a breach" : "";
  return `${pointed ? "" : "Last: "}${when}: loss ${percent(loss[day], 2)}, VaR ${percent(var_[day], 2)}, ES ${percent(es[day], 2)}${breach}`;
}

function runsOff(lines, high) {
  const beyond = lines.filter(([, most]) => most > high).map(([name, most]) => `${name} up to ${percent(most, 0)}`);
  return beyond.length ? `↑ off the axis: ${beyond.join(", ")}` : "";
}

export default { render };
