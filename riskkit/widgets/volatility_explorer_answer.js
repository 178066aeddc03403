// What the volatility explorer answers to one setting, in a page: the daily refit and the words of
// volatility_explorer_answer.py, computed by the kernels of engine.js. Tests hold the two equal.

const NO_LEVEL = 1 - 1e-6;
const COARSE = 8; // every eighth day first: a path to look at while the others are estimated
const [AT_A_BOUND, FAILED] = [1, 3];

async function answer(engine, facts, setting, part) {
  const { days, returns } = facts.series.find((one) => one.name === setting.series);
  const { window } = setting;
  if (returns.length < window + days) throw new Error(`the series is too short for a window of ${window} days`);
  const law = { student: setting.law === "Student-t", leverage: setting.model === "GJR" };
  const seen = returns.subarray(returns.length - window - days);
  const today = todayOf(engine, seen.subarray(days), setting.horizon, law);
  const refit = async (step) => {
    const began = performance.now();
    const optima = await engine.garchRoll(seen.subarray(0, seen.length - 1), window, { ...law, step, onPart: () => part(null) });
    return optima && { query: setting, step, ...today, ...pathsOf(engine, optima, law, today.verdict, performance.now() - began) };
  };
  const coarse = await refit(COARSE);
  return coarse && part(coarse) ? refit(1) : null;
}

// The estimate from the last window, and sigma of each of the next days.
function todayOf(engine, sample, horizon, { student, leverage }) {
  const [best] = engine.garchFit(sample, { student, leverage });
  if (!best) throw new Error("the likelihood of the last window has no maximum that can be found; are its returns constant?");
  const one = Object.fromEntries(Object.entries(garchParameters(best, engine.size)).map(([name, values]) => [name, values[0]]));
  const persistence = one.alpha + 0.5 * one.gamma + one.beta;
  const term = new Float64Array(horizon);
  for (let day = 0, variance = one.sigma ** 2; day < horizon; day++) {
    term[day] = Math.sqrt(variance);
    variance = one.omega + persistence * variance;
  }
  const level = persistence < NO_LEVEL;
  const verdict = {
    sigma: one.sigma,
    persistence,
    half_life: !level ? null : persistence > 0 ? -Math.LN2 / Math.log(persistence) : 0,
    unconditional: level ? Math.sqrt(one.omega / (1 - persistence)) : null,
    nu: student ? 1 / one.eta : null,
    gamma: leverage ? one.gamma : null,
  };
  return { term, verdict };
}

function pathsOf(engine, optima, { student, leverage }, verdict, milliseconds) {
  const { alpha, gamma, beta, eta, sigma, status } = garchParameters(optima, engine.size);
  const known = (of) => Float64Array.from(status, (said, i) => (said === FAILED ? NaN : of(i)));
  const among = (test) => status.filter(test).length;
  return {
    sigma: known((i) => sigma[i]),
    persistence: known((i) => alpha[i] + 0.5 * gamma[i] + beta[i]),
    ...(student && { nu: known((i) => 1 / eta[i]) }),
    ...(leverage && { gamma: known((i) => gamma[i]) }),
    verdict: {
      ...verdict,
      days: status.length,
      failed_fits: among((said) => said > AT_A_BOUND),
      fits_at_a_bound: among((said) => said === AT_A_BOUND),
      milliseconds,
    },
  };
}

export { answer };
