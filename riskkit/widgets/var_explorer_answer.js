// What the VaR explorer answers to one setting, in a page: the walk-forward backtest and verdicts of var_explorer_answer.py,
// computed by the kernels of engine.js. Tests hold the two equal.

const RECENT_DAYS = 250;
const MULTIPLIERS = [1.5, 1.5, 1.5, 1.5, 1.5, 1.7, 1.76, 1.83, 1.88, 1.92, 2.0]; // MAR32, 250 days at 99 %
const AT_A_BOUND = 1; // status of a fit; higher: no optimum was reached
const KEPT_FITS = 8;

// Each model: losses (window + days of them, the last not forecast from) -> { var, es, status }.
const FORECASTS = {
  "Historical simulation": (engine, loss, { window, level }) => columns(engine.rollingVarEs(loss, window, level)),
  Normal: (engine, loss, { window, level }) => {
    refuseConstant(loss, window);
    const [mean, deviation] = engine.rollingMoments(loss, window);
    return scaled(engine, level, mean, deviation, new Float64Array(1));
  },
  "Student-t": async (engine, loss, setting) => {
    refuseConstant(loss, setting.window);
    const fits = await kept(engine, setting, () => engine.studentRoll(negated(loss), setting.window));
    const rows = Array.from({ length: fits.length / engine.size }, (_, i) => fits.subarray(i * engine.size, (i + 1) * engine.size));
    const [mean, scale, status] = [-4, -3, -2].map((column) => (row) => row[engine.size + column]);
    const center = Float64Array.from(rows, (row) => -(mean(row) + scale(row) * row[0]));
    const width = Float64Array.from(rows, (row) => scale(row) * Math.exp(row[1]));
    return scaled(engine, setting.level, center, width, Float64Array.from(rows, (row) => row[2]), rows.map(status));
  },
  "Filtered historical (EWMA)": (engine, loss, { window, level, decay }) => {
    refuseConstant(loss, window);
    const found = engine.filteredVarEs(loss, window, level, decay);
    if (found[2] < found[0].length) throw new Error("the exponentially weighted variance of a window vanishes or overflows");
    return columns(found);
  },
  "GARCH-t": async (engine, loss, setting) => {
    refuseConstant(loss, setting.window);
    const fits = await kept(engine, setting, () => engine.garchRoll(negated(loss), setting.window));
    const { mu, sigma, eta, status } = garchParameters(fits, engine.size);
    const width = sigma.map((value, i) => value * Math.sqrt(1 - 2 * eta[i]));
    return scaled(engine, setting.level, negated(mu), width, eta, status);
  },
};

async function answer(engine, facts, setting) {
  const { window, level, series } = setting;
  const { returns, days } = facts.series.find((one) => one.name === series);
  if (returns.length < window + days) throw new Error(`the series is too short for a window of ${window} days`);
  const loss = negated(returns.subarray(returns.length - window - days));
  const forecast = await FORECASTS[setting.model](engine, loss.subarray(0, loss.length - 1), setting);
  if (![...forecast.var, ...forecast.es].every(Number.isFinite)) throw new Error(`a fit of ${setting.model} failed`);
  return { query: setting, var: forecast.var, es: forecast.es, verdict: verdictOf(engine, loss.subarray(window), forecast, level) };
}

const fitsOf = new WeakMap();

// The fits do not depend on the level: a drag of the level reads them again.
async function kept(engine, { series, model, window }, fit) {
  if (!fitsOf.has(engine)) fitsOf.set(engine, new Map());
  const known = fitsOf.get(engine);
  const key = JSON.stringify([series, model, window]);
  const fits = known.get(key) ?? (await fit());
  known.delete(key);
  known.set(key, fits);
  if (known.size > KEPT_FITS) known.delete(known.keys().next().value);
  return fits;
}

// VaR and ES of center + width T; one eta stands for all.
function scaled(engine, level, center, width, eta, status) {
  const [var_, es] = engine.tailFactors(level, eta);
  const at = (factor) => center.map((middle, i) => middle + width[i] * factor[eta.length > 1 ? i : 0]);
  return { var: at(var_), es: at(es), status };
}

function verdictOf(engine, loss, { var: var_, status = [] }, level) {
  const breach = Array.from(loss, (value, day) => value > var_[day]);
  const positions = breach.flatMap((hit, day) => (hit ? [day] : []));
  const [days, breaches] = [loss.length, positions.length];
  const repeats = positions.filter((day) => breach[day + 1]).length;
  const [n01, n10] = [breaches - (breach[0] ? 1 : 0) - repeats, breaches - (breach[days - 1] ? 1 : 0) - repeats];
  const probability = +(1 - level).toFixed(15);
  const p = engine.coverage(days, probability, breaches, days - 1 - n01 - n10 - repeats, n01, n10, repeats);
  return {
    days, breaches, positions, repeats,
    expected: +(days * (1 - level)).toFixed(9),
    p_kupiec: p[0], p_independence: p[1], p_conditional: p[2],
    ...lightOf(engine, positions, days, level, probability),
    failed_fits: Array.from(status).filter((one) => one > AT_A_BOUND).length,
    fits_at_a_bound: Array.from(status).filter((one) => one === AT_A_BOUND).length,
  };
}

function lightOf(engine, positions, days, level, probability) {
  const recent_days = Math.min(RECENT_DAYS, days);
  const recent_breaches = positions.filter((day) => day >= days - recent_days).length;
  const cumulative = engine.cumulative(recent_days, probability, recent_breaches);
  const zone = cumulative < 0.95 ? "green" : cumulative < 0.9999 ? "yellow" : "red";
  const printed = recent_days === RECENT_DAYS && Math.abs(level - 0.99) <= 1e-12;
  return { recent_days, recent_breaches, zone, multiplier: printed ? MULTIPLIERS[Math.min(recent_breaches, 10)] : null };
}

// A window of equal losses has no law; equal up to rounding, as riskkit.checks.varied has it.
function refuseConstant(loss, window) {
  let run = 1;
  for (let day = 1; day < loss.length; day++) {
    const close = Math.abs(loss[day] - loss[day - 1]) <= 8 * Number.EPSILON * Math.max(Math.abs(loss[day]), Math.abs(loss[day - 1]));
    run = close ? run + 1 : 1;
    if (run >= window) throw new Error(`total loss is constant in a window of ${window} days; choose a longer window, or historical simulation`);
  }
}

const columns = ([var_, es]) => ({ var: var_, es });
const negated = (values) => Float64Array.from(values, (value) => -value);

export { answer };
