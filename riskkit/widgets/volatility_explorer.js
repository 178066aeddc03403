// The volatility explorer: controls on top, returns with the band of the walk-forward sigma, the path of the parameters, and
// what is expected of the next days.
//
// Two hosts, as for the VaR explorer: anywidget's model, or a shim in a static page (volatility_explorer_answer.js answers).
// explorer_parts.js stands before it.
//   facts   series [{name, source, times, shown, yearDays}], models, laws, stops {window, horizon}, note
//   reply   query {series, model, law, window, horizon}, step, sigma, persistence, nu?, gamma?, term, verdict {...}
//           or query, error.  step: from one refitted day to the next (a coarse path comes first in a static page)

const MARGIN = { left: 58, right: 10, top: 20, foot: 22 };
const MOST_NU = 30; // above it a t law is nearly normal: what is higher is drawn along the top, and said

function render({ model, el }) {
  const facts = model.get("facts");
  const series = new Map(facts.series.map((one) => [one.name, { ...one, shown: floats(one.shown), times: floats(one.times) }]));
  const [picture, verdicts] = [makeCharts(), makeVerdicts()];
  const show = (reply) => {
    const one = series.get(reply.query.series);
    verdicts.show(reply, one.yearDays);
    if (!reply.error) picture.show(one, reply);
    return one.source;
  };
  const days = (value) => counted(value, "day", "days");
  const controls = (send) => [
    makeMenu("series", "Series", facts.series.map((one) => one.name), send),
    makeMenu("model", "Model", facts.models, send),
    makeMenu("law", "Law of the shocks", facts.laws, send),
    makeSlider("window", "Window", facts.stops.window, days, send),
    makeSlider("horizon", "Horizon", facts.stops.horizon, days, send),
  ];
  return mountExplorer({ model, el, title: "Explorer of GARCH volatility", kind: "volatility", controls, verdicts, picture, show });
}

// ---- words --------------------------------------------------------------------------------------------------------------

function makeVerdicts() {
  const headline = make("output", { class: "headline", "aria-live": "polite" });
  const cards = make("div", { class: "findings" });
  const remark = make("p", { class: "remark" });
  const show = ({ query, step, verdict, error }, yearDays) => {
    remark.classList.toggle("warning", Boolean(error));
    remark.textContent = error ?? "";
    headline.textContent = error ? "No answer for these settings" : headlineOf(verdict, yearDays);
    cards.replaceChildren(...(error ? [] : cardsOf(query, step, verdict, yearDays).map(makeCard)));
  };
  return { headline, cards, remark, show };
}

const yearly = (sigma, yearDays) => percent(sigma * Math.sqrt(yearDays), 1);
const rounded = (value) => (value < 9.95 ? value.toFixed(1) : count(Math.round(value)));

function headlineOf({ sigma, unconditional }, yearDays) {
  const now = `Volatility is ${yearly(sigma, yearDays)} a year`;
  if (unconditional === null) return `${now} and has no level to return to`;
  if (yearly(sigma, yearDays) === yearly(unconditional, yearDays)) return `${now}, its usual level`;
  return `${now}, ${sigma > unconditional ? "falling" : "rising"} towards ${yearly(unconditional, yearDays)}`;
}

function cardsOf(query, step, verdict, yearDays) {
  const { persistence, half_life, unconditional, nu, gamma, failed_fits: failed, fits_at_a_bound: bound, days, milliseconds } = verdict;
  const share = (number) => percent(number / days, 1);
  const leverage = gamma === null ? "" : `; γ\u00a0=\u00a0${gamma.toFixed(3).replace("-", "−")}`;
  const troubles = [[failed, "failed or did not end"], [bound, "ended at a bound"]].filter(([number]) => number);
  return [
    {
      mark: half_life === null ? "bad" : "good",
      question: "How long does a shock last?",
      say: half_life === null ? "It never fades." : `Half of it is gone after ${rounded(half_life)} days.`,
      test: `Persistence ${persistence.toFixed(4)}${leverage}`,
    },
    {
      mark: unconditional === null ? "bad" : "good",
      question: "Where does volatility settle?",
      say: unconditional === null ? "Nowhere: it has no level." : `At ${yearly(unconditional, yearDays)} a year.`,
      test: `Unconditional sigma, times √${yearDays}`,
    },
    {
      mark: "good",
      question: "How heavy are the tails?",
      say: nu === null ? "Normal, by assumption." : nu > MOST_NU ? "Nearly normal." : `Student-t with ν\u00a0=\u00a0${nu.toFixed(1)}.`,
      test: "Law of the standardised shocks",
    },
    {
      mark: failed ? "bad" : bound > days / 2 ? "yellow" : "good",
      question: `Did the ${count(days)} refits end well?`,
      say: troubles.length ? `${capital(troubles.map(([number, what]) => `${share(number)} ${what}`).join(", "))}.` : "Yes, all inside the bounds.",
      test: step > 1 ? "Every eighth day so far" : `Refitted in ${count(Math.round(milliseconds))} ms`,
    },
  ];
}

// ---- charts -------------------------------------------------------------------------------------------------------------

function makeCharts() {
  const main = makeChart("Returns and the band of two sigma known the day before", "tall");
  const small = ["persistence", "gamma", "nu"].map((name) => ({ name, ...makeChart(`Path of ${name}`, name) }));
  const term = makeChart("Sigma expected of the next days", "term");
  const readout = make("p", { class: "readout" });
  const paths = make("div", { class: "paths" }, ...small.map((chart) => chart.svg));
  const ahead = make("div", { class: "ahead" }, term.svg);
  const root = make("div", { class: "plot" }, makeLegend(), main.svg, readout, make("div", { class: "lower" }, paths, ahead));
  let [one, reply, width] = [null, null, 0];

  const draw = () => {
    width = root.clientWidth;
    const { shown, times } = one;
    const { step, verdict, query } = reply;
    main.draw(returnsChart(one, reply));
    for (const chart of small) {
      chart.svg.style.display = reply[chart.name] ? "" : "none";
      if (reply[chart.name]) chart.draw({ ...pathChart(chart.name, reply[chart.name]), step, length: shown.length, times });
    }
    term.draw(termChart(reply.term, verdict.unconditional, one.yearDays, query.horizon));
    point(null);
  };
  const point = (day) => {
    const last = reply.sigma.length - 1;
    const at = day === null ? last : Math.min(Math.max(Math.round(day / reply.step), 0), last);
    for (const chart of [main, ...small]) chart.mark(day === null ? null : at * reply.step);
    readout.textContent = describe(one, reply, at, day !== null);
  };
  for (const chart of [main, ...small]) {
    chart.svg.addEventListener("pointermove", (event) => reply && point(chart.dayAt(event)));
    chart.svg.addEventListener("pointerdown", (event) => reply && point(chart.dayAt(event)));
    chart.svg.addEventListener("pointerleave", () => reply && point(null));
  }
  const show = (nextSeries, next) => {
    one = nextSeries;
    reply = Object.fromEntries(Object.entries(next).map(([key, value]) => [key, ArrayBuffer.isView(value) ? floats(value) : value]));
    draw();
  };
  return { root, show, resize: () => reply && root.clientWidth !== width && draw() };
}

function makeLegend() {
  const names = [["loss", "return"], ["var", "±2 sigma, known the day before"], ["es", "level that sigma returns to"]];
  return make("div", { class: "legend" }, ...names.map(([name, text]) => make("span", { class: name }, make("i"), text)));
}

const known = (values) => values.filter(Number.isFinite);

function returnsChart({ shown, times }, { sigma, step }) {
  const reach = Math.max(maximum(shown), -minimum(shown));
  const upper = sigma.map((value) => 2 * value);
  const lines = [{ name: "band", values: upper, mirrored: true }, { name: "loss", values: shown, stems: true, every: 1 }];
  lines.push({ name: "var", values: upper }, { name: "var", values: upper.map((value) => -value) });
  return { title: "return, % a day", low: -reach, high: reach, lines, step, length: shown.length, times, format: percent };
}

function pathChart(name, values) {
  const title = { persistence: "persistence", gamma: "γ: what falls add", nu: "ν: tails (small is heavy)" }[name];
  const most = maximum(known(values));
  const high = name === "nu" ? Math.min(most, MOST_NU) : name === "persistence" ? 1 : Math.max(most, 0.02);
  const low = Math.min(minimum(known(values)), high - 0.02);
  const aside = most > high + 1e-9 ? `↑ up to ${plain(Math.round(most))}` : "";
  return { title, aside, low, high, lines: [{ name: "var", values }], format: plain };
}

function termChart(term, unconditional, yearDays, horizon) {
  const values = term.map((sigma) => sigma * Math.sqrt(yearDays));
  const level = unconditional === null ? null : unconditional * Math.sqrt(yearDays);
  const all = [...values, ...(level === null ? [] : [level])];
  const [least, most] = [minimum(all), maximum(all)];
  const room = Math.max(0.15 * (most - least), 0.02 * most);
  const lines = [{ name: "var", values }];
  if (level !== null) lines.push({ name: "es", values: Float64Array.of(level, level), every: Math.max(horizon - 1, 1) });
  const title = `sigma of the next ${counted(horizon, "day", "days")}, % a year`;
  return { title, low: least - room, high: most + room, lines, step: 1, length: horizon, times: null, format: percent, from: 1 };
}

function describe({ shown, times }, reply, at, pointed) {
  const day = at * reply.step;
  const when = times ? new Date(times[day]).toISOString().slice(0, 10) : `step ${count(day + 1)}`;
  const said = [`return ${percent(shown[day], 2)}`];
  if (!Number.isFinite(reply.sigma[at])) return `${when}: ${said}, no estimate`;
  said.push(`sigma ${percent(reply.sigma[at], 2)}`, `persistence ${reply.persistence[at].toFixed(4)}`);
  if (reply.gamma) said.push(`γ ${reply.gamma[at].toFixed(3).replace("-", "−")}`);
  if (reply.nu) said.push(`ν ${reply.nu[at].toFixed(1)}`);
  return `${pointed ? "" : "Last: "}${when}: ${said.join(", ")}`;
}

// One chart: lines over days 0 to length - 1, `every` day (by default each refitted one).
function makeChart(label_, name) {
  const svg = shape("svg", { role: "img", "aria-label": label_, class: name });
  const [grid, ground, cursor, words] = [shape("path", { class: "grid" }), shape("g"), shape("path", { class: "cursor" }), shape("g")];
  svg.append(grid, ground, cursor, words);
  let frame = null;
  const draw = (data) => {
    frame = chartFrame(data, Math.max(svg.parentNode.clientWidth, 200), name === "tall" ? 250 : name === "term" ? 220 : 104);
    svg.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    svg.setAttribute("height", frame.height);
    grid.setAttribute("d", frame.grid);
    ground.replaceChildren(...data.lines.map((line) => shape("path", { class: line.name, d: linePath(line, data.step, frame) })));
    words.replaceChildren(...frame.labels);
  };
  const dayAt = (event) => {
    const box = svg.getBoundingClientRect();
    return frame.day(((event.clientX - box.left) / box.width) * frame.width);
  };
  const mark = (day) => frame && cursor.setAttribute("d", day === null ? "" : `M${frame.x(day)} ${MARGIN.top}V${frame.foot}`);
  return { svg, draw, dayAt, mark };
}

function chartFrame({ title, aside = "", low, high, length, times, format, from = 0 }, width, height) {
  const foot = height - MARGIN.foot;
  const bottom = low - 0.04 * (high - low);
  const y = (value) => round(MARGIN.top + ((high - Math.min(value, high)) / (high - bottom)) * (foot - MARGIN.top));
  const span = (width - MARGIN.left - MARGIN.right) / Math.max(length - 1, 1);
  const x = (day) => round(MARGIN.left + day * span);
  const rows = niceTicks(bottom, high, height > 150 ? 5 : 3);
  const room = (width - MARGIN.left - MARGIN.right) / 64;
  const columns = times ? timeTicks(times, length, room) : niceTicks(from, from + length - 1, Math.min(room, length)).filter(Number.isInteger).map((at) => [at - from, count(at)]);
  const labels = [
    label(title, 0, 11, "start"),
    label(aside, width - MARGIN.right, 11, "end"),
    ...rows.map((value) => label(format(value), MARGIN.left - 6, y(value) + 4, "end")),
    ...columns.map(([at, text]) => label(text, x(at), foot + 16, x(at) > width - 40 ? "end" : "middle")),
  ];
  const across = rows.map((value) => `M${MARGIN.left} ${y(value)}H${width - MARGIN.right}`).join("");
  const grid = `${across}M${MARGIN.left} ${foot}H${width - MARGIN.right}${columns.map(([at]) => `M${x(at)} ${foot}v5`).join("")}`;
  return { width, height, foot, x, y, day: (position) => (position - MARGIN.left) / span, grid, labels };
}

// A line has a gap where a fit failed; a mirrored one is the ground between a line and its mirror image.
function linePath({ values, every, stems, mirrored }, step, { x, y }) {
  const at = (i) => x(i * (every ?? step));
  if (stems) return Array.from(values, (value, i) => `M${at(i)} ${y(0)}V${y(value)}`).join("");
  const numbers = Array.from(values, (_, i) => i).filter((i) => Number.isFinite(values[i]));
  if (values.length === 1) return `M${at(0) - 3} ${y(values[0])}h6`;
  const points = (sign, order) => order.map((i) => `${at(i)} ${y(sign * values[i])}`).join("L");
  if (mirrored) return numbers.length ? `M${points(1, numbers)}L${points(-1, numbers.toReversed())}Z` : "";
  return numbers.map((i, k) => `${k && numbers[k - 1] === i - 1 ? "L" : "M"}${at(i)} ${y(values[i])}`).join("");
}

export default { render };
