// The copula explorer: controls on top, the copula's ranks and the two assets' returns below, what they say in words.
//
// Two hosts, as for the VaR explorer: anywidget's model, or a shim in a static page (copula_explorer_answer.js answers).
// explorer_parts.js stands before it.
//   facts   pairs {name: {names, tau}}, margins {asset: returns at `scores`}, scores [first, last, count], families,
//           with {nu, skew}: the families that have it, stops {tau, nu, skew, fall}, level, tail, source, note
//   reply   query {pair, family, tau, nu, skew, fall}, drawn, crashed (normal scores, two rows), verdict {...}

const MARGIN = { left: 46, right: 10, top: 22, foot: 34 };
const FRAME = 0.004; // share of points that may lie outside the picture of returns, on either side

function render({ model, el }) {
  const facts = model.get("facts");
  const tables = Object.fromEntries(Object.entries(facts.margins).map(([name, table]) => [name, floats(table)]));
  const [picture, verdicts] = [makeCharts(facts, tables), makeVerdicts(facts)];
  const show = (reply) => {
    verdicts.show(reply);
    if (!reply.error) picture.show({ ...reply, drawn: floats(reply.drawn), crashed: floats(reply.crashed) });
    return facts.source;
  };
  const { stops } = facts;
  const signed = (value) => value.toFixed(1).replace("-", "−");
  const controls = (send) => [
    makeMenu("pair", "First and second asset", Object.keys(facts.pairs), send),
    makeMenu("family", "Copula", Object.keys(facts.families), send),
    makeSlider("tau", "Strength (Kendall’s τ)", stops.tau, (value) => value.toFixed(2), send),
    makeSlider("nu", "Degrees of freedom", stops.nu, plain, send),
    makeSlider("skew", "Skewness", stops.skew, signed, send),
    makeSlider("fall", "The first falls by", stops.fall, (value) => (value ? `${percent(value, 0)} or more` : "anything"), send),
  ];
  const users = (name) => facts.with[name];
  return mountExplorer({ model, el, title: "Explorer of copulas", kind: "copula", controls, chooser: "family", users, verdicts, picture, show });
}

// ---- words --------------------------------------------------------------------------------------------------------------

function makeVerdicts(facts) {
  const headline = make("output", { class: "headline", "aria-live": "polite" });
  const cards = make("div", { class: "findings" });
  const remark = make("p", { class: "remark" });
  const show = ({ query, verdict, error }) => {
    remark.classList.toggle("warning", Boolean(error));
    if (error) {
      headline.textContent = "No answer for these settings";
      remark.textContent = error;
      return cards.replaceChildren();
    }
    const { names, tau } = facts.pairs[query.pair];
    headline.textContent = `Half ${names[0]}, half ${names[1]}: ES ${percent(facts.level)} of a day is ${percent(verdict.es, 1)}`;
    remark.textContent = `Kendall’s τ of the returns themselves is ${tau.toFixed(2).replace("-", "−")}.`;
    cards.replaceChildren(...cardsOf(facts, names, query, verdict).map(makeCard));
  };
  return { headline, cards, remark, show };
}

function cardsOf(facts, [first, second], { fall, family }, verdict) {
  const { es, alone, lower, upper, together, alike, other, loss, loss_es: crash, probability } = verdict;
  const tail = percent(facts.tail);
  const saved = 1 - es / alone;
  const told = together !== null;
  const odds = probability > 0 ? `Expected once in ${count(Math.round(1 / probability))} days` : "";
  return [
    {
      mark: lower > upper + 0.05 ? "bad" : "good",
      question: "Where do they move together?",
      say: `In crashes ${lower.toFixed(2)}, in booms ${upper.toFixed(2)}.`,
      test: `P(one in its outermost ${tail} | the other is); τ alone does not tell them apart`,
    },
    {
      mark: saved < 0.1 ? "yellow" : "good",
      question: "What does holding both save?",
      say: `${percent(saved, 0)} of the ES.`,
      test: `ES of the halves alone ${percent(alone, 1)}, together ${percent(es, 1)}; VaR ${percent(verdict.var, 1)}`,
    },
    {
      mark: told && together > 0.5 ? "bad" : "good",
      question: `If ${first} falls by ${percent(fall, 0)}, does ${second}?`,
      say: told ? `In ${percent(together, 0)} of the cases.` : "Set a fall of the first asset.",
      test: told ? `By itself on ${percent(alike, 2)} of days; mean loss of ${second} then ${percent(other, 1)}` : "",
    },
    {
      mark: told && crash > 2 * es ? "bad" : "good",
      question: "And the book then?",
      say: told ? `It loses ${percent(loss, 1)} on average.` : "—",
      test: told ? `ES ${percent(facts.level)} of such days ${percent(crash, 1)}. ${odds}` : family,
    },
  ];
}

// ---- pictures -----------------------------------------------------------------------------------------------------------

function makeCharts(facts, tables) {
  const ranks = makeSquare("The copula: ranks of the two assets");
  const returns = makeSquare("Returns of the two assets");
  const legend = make("div", { class: "legend" },
    make("span", { class: "drawn" }, make("i"), "days of the model"),
    make("span", { class: "hit" }, make("i"), "days on which the first falls so far"));
  const root = make("div", { class: "plot" }, legend, make("div", { class: "squares" }, make("div", {}, ranks.svg), make("div", {}, returns.svg)));
  let [last, width] = [null, 0];
  const draw = () => {
    width = root.clientWidth;
    const [one, other] = facts.pairs[last.query.pair].names;
    const uniform = (score) => normalProbability(score);
    const grown = (name) => (score) => Math.expm1(interpolated(tables[name], facts.scores, score));
    const { fall } = last.query;
    ranks.draw({
      ...dotsOf(last, [uniform, uniform]), low: [0, 0], high: [1, 1], format: plain, edge: null,
      title: "Ranks", across: `${one}, rank (0: worst day)`, up: other,
    });
    const low = [one, other].map((name) => grown(name)(scoreAt(FRAME)));
    const high = [one, other].map((name) => grown(name)(scoreAt(1 - FRAME)));
    low[0] = Math.min(low[0], -1.8 * fall);
    low[1] = Math.min(low[1], -1.8 * fall);
    returns.draw({
      ...dotsOf(last, [grown(one), grown(other)]), low, high, format: (value) => percent(value), edge: fall ? -fall : null,
      title: "Returns of a day", across: `${one}, return`, up: other,
    });
  };
  const show = (reply) => {
    last = reply;
    draw();
  };
  return { root, show, resize: () => last && root.clientWidth !== width && draw() };
}

function dotsOf({ drawn, crashed }, maps) {
  const pairs = (scores) => Array.from({ length: scores.length / 2 }, (_, i) => [maps[0](scores[i]), maps[1](scores[i + scores.length / 2])]);
  return { drawn: pairs(drawn), crashed: pairs(crashed) };
}

function makeSquare(name) {
  const svg = shape("svg", { role: "img", "aria-label": name, class: "square" });
  const [grid, all, hit, edge, words] = [shape("path", { class: "grid" }), shape("path", { class: "drawn" }), shape("path", { class: "crashed" }), shape("path", { class: "cursor" }), shape("g")];
  svg.append(grid, all, hit, edge, words);
  const draw = ({ drawn, crashed, low, high, format, edge: at, title, across, up }) => {
    const width = Math.max(svg.parentNode.clientWidth, 200);
    const height = Math.min(width, 380);
    const [right, foot] = [width - MARGIN.right, height - MARGIN.foot];
    const x = (value) => round(MARGIN.left + ((value - low[0]) / (high[0] - low[0])) * (right - MARGIN.left));
    const y = (value) => round(foot - ((value - low[1]) / (high[1] - low[1])) * (foot - MARGIN.top));
    const inside = ([a, b]) => a >= low[0] && a <= high[0] && b >= low[1] && b <= high[1];
    const dots = (points) => points.filter(inside).map(([a, b]) => `M${x(a)} ${y(b)}h0`).join("");
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    const [columns, rows] = [niceTicks(low[0], high[0], 5), niceTicks(low[1], high[1], 5)];
    grid.setAttribute("d", rows.map((b) => `M${MARGIN.left} ${y(b)}H${right}`).join("") + columns.map((a) => `M${x(a)} ${MARGIN.top}V${foot}`).join(""));
    all.setAttribute("d", dots(drawn));
    hit.setAttribute("d", dots(crashed));
    edge.setAttribute("d", at === null ? "" : `M${x(at)} ${MARGIN.top}V${foot}M${MARGIN.left} ${y(at)}H${right}`);
    words.replaceChildren(
      label(`${up} ↑`, 0, 12, "start"),
      label(title, right, 12, "end"),
      ...rows.map((b) => label(format(b), MARGIN.left - 5, y(b) + 4, "end")),
      ...columns.map((a) => label(format(a), x(a), foot + 14, "middle")),
      label(`${across} →`, right, height - 4, "end"),
    );
  };
  return { svg, draw };
}

function interpolated(table, [first, last, count], score) {
  const place = Math.min(Math.max(((score - first) / (last - first)) * (count - 1), 0), count - 1);
  const cell = Math.min(Math.floor(place), count - 2);
  return table[cell] + (place - cell) * (table[cell + 1] - table[cell]);
}

// For pictures, to four digits (Abramowitz and Stegun 26.2.17); numbers that are told come with the reply.
function normalProbability(score) {
  const t = 1 / (1 + 0.2316419 * Math.abs(score));
  const tail = 0.3989423 * Math.exp(-0.5 * score * score) * t * (0.3193815 + t * (-0.3565638 + t * (1.781478 + t * (-1.821256 + t * 1.330274))));
  return score > 0 ? 1 - tail : tail;
}

function scoreAt(probability) {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 40; i++) {
    const middle = 0.5 * (low + high);
    if (normalProbability(middle) < probability) low = middle;
    else high = middle;
  }
  return low;
}

export default { render };
