// What the copula explorer answers to one setting, in a page: points and numbers of copula_explorer_answer.py, computed by the
// kernel of engine.js. Tests hold the two equal.

const [POINTS, CONDITIONAL, DRAWN] = [1 << 15, 1 << 14, 1200];
const TAIL_SCORE = -1.6448536269514722; // of 5 %
const KEPT_POINTS = 16;
const keptPoints = new Map();

async function answer(engine, facts, setting) {
  const margins = facts.pairs[setting.pair].names.map((name) => makeMargin(facts.margins[name], facts.scores));
  const points = pointsOf(engine, facts, setting);
  const [losses, ones] = lossesOf(margins, points);
  const book = sorted(losses);
  const [lower, upper] = [(score) => score <= TAIL_SCORE, (score) => score >= -TAIL_SCORE].map((extreme) => {
    const first = points[0].reduce((sum, score) => sum + extreme(score), 0);
    return points[0].reduce((sum, score, i) => sum + (extreme(score) && extreme(points[1][i])), 0) / first;
  });
  const verdict = {
    var: quantile(book, facts.level),
    es: shortfall(book, facts.level),
    alone: 0.5 * ones.reduce((sum, one) => sum + shortfall(sorted(one), facts.level), 0),
    lower,
    upper,
  };
  const [crashed, said] = crash(engine, facts, setting, margins);
  return { query: setting, drawn: drawnOf(points), crashed: drawnOf(crashed), verdict: { ...verdict, ...said } };
}

function crash(engine, facts, setting, margins) {
  const nothing = { probability: null, together: null, alike: null, other: null, loss: null, loss_es: null };
  const none = [new Float64Array(0), new Float64Array(0)];
  if (setting.fall === 0) return [none, nothing];
  const edges = margins.map((margin) => margin.scoreOf(Math.log1p(-setting.fall)));
  const found = pointsOf(engine, facts, setting, edges[0]);
  const count = found[0].length;
  const [losses, ones] = lossesOf(margins, found);
  const share = (values) => values.reduce((sum, value) => sum + value, 0) / count;
  const said = {
    probability: engine.normalProbability(edges[0]),
    together: found[1].reduce((sum, score) => sum + (score <= edges[1]), 0) / count,
    alike: engine.normalProbability(edges[1]),
    other: share(ones[1]),
    loss: share(losses),
    loss_es: shortfall(sorted(losses), facts.level),
  };
  return [found, said];
}

// Normal scores of points of the copula; kept, for neither the fall nor the margins change those without a condition.
function pointsOf(engine, facts, { family, tau, nu, skew }, most = 9) {
  const count = most === 9 ? POINTS : CONDITIONAL;
  const own = { nu: facts.with.nu.includes(family) ? nu : Infinity, skew: facts.with.skew.includes(family) ? skew : 0 };
  const strength = facts.strengths[family][facts.stops.tau.indexOf(tau)];
  const key = JSON.stringify([family, tau, String(own.nu), own.skew, most]);
  if (!keptPoints.has(key)) {
    if (keptPoints.size >= KEPT_POINTS) keptPoints.delete(keptPoints.keys().next().value);
    keptPoints.set(key, engine.copulaPoints(facts.families[family], strength, { ...own, count, most }));
  }
  return keptPoints.get(key);
}

// A margin is straight between the scores of its table, and at its ends constant.
function makeMargin(table, [first, last, count]) {
  const step = (last - first) / (count - 1);
  const returnOf = (score) => {
    const place = Math.min(Math.max((score - first) / step, 0), count - 1);
    const cell = Math.min(Math.floor(place), count - 2);
    return table[cell] + (place - cell) * (table[cell + 1] - table[cell]);
  };
  const scoreOf = (value) => {
    if (value <= table[0]) return first;
    if (value >= table[count - 1]) return last;
    const cell = table.findIndex((next) => next > value) - 1;
    return first + step * (cell + (value - table[cell]) / (table[cell + 1] - table[cell]));
  };
  return { returnOf, scoreOf };
}

// Losses of the half-and-half book and of each asset.
function lossesOf(margins, points) {
  const ones = margins.map((margin, k) => points[k].map((score) => -Math.expm1(margin.returnOf(score))));
  return [ones[0].map((loss, i) => 0.5 * (loss + ones[1][i])), ones];
}

const sorted = (values) => values.slice().sort();
const rank = (length, level) => Math.ceil(length * level - 1e-9);
const quantile = (losses, level) => losses[rank(losses.length, level) - 1];

// Mean of the quantiles above the level; the loss at the level counts with the part of it that lies above.
function shortfall(losses, level) {
  const at = rank(losses.length, level);
  const beyond = losses.subarray(at).reduce((sum, loss) => sum + loss, 0);
  return (beyond + (at - losses.length * level) * losses[at - 1]) / (losses.length * (1 - level));
}

// Points to draw, picked as if at random: the first ones of an even sequence would show its pattern.
function drawnOf([first, second]) {
  const count = Math.min(first.length, DRAWN);
  const both = new Float64Array(2 * count);
  for (let i = 0, state = 1; i < count; i++) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const at = first.length <= DRAWN ? i : Math.floor((state / 2 ** 32) * first.length);
    both[i] = first[at];
    both[count + i] = second[at];
  }
  return both;
}

export { answer };
