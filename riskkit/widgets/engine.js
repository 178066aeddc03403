// The kernels of riskkit_ext in a page: WebAssembly made by `make wasm` from the same C headers that Python uses.
//
// Arrays in, arrays out. A row of optima holds the point of the search, then value, variance ahead, mean, scale, status and
// number of starts, in units of the standardised window (riskkit_ext/include/walk.h); garchParameters reads it in the unit of the data.
// Rolls of many windows are shared out to workers; where the browser allows none they run here, in slices, between which the
// page draws and listens. Windows between which nothing is handed on (stretches) stay together, so nothing changes a bit.

const STRETCH = { garch_roll: 25, student_roll: 50 };
const MOST_WORKERS = 4;
const MOST_WINDOWS = 400; // in one share: parts of an answer come in between

// base64: the binary, gzipped, as text; a page opened from a file cannot fetch.
async function openEngine(base64) {
  const zipped = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
  const module = await WebAssembly.compile(await new Response(stream).arrayBuffer());
  return makeEngine(module, instantiate(module));
}

function instantiate(module) {
  const wasm = new WebAssembly.Instance(module, {}).exports;
  wasm._initialize();
  return wasm;
}

// Doubles in the module's memory. Views are taken anew for every read: the memory moves when it grows.
function makeMemory(wasm) {
  const at = (pointer, length) => new Float64Array(wasm.memory.buffer, pointer, length);
  const room = (length) => {
    const pointer = wasm.malloc(8 * Math.max(length, 1));
    if (!pointer) throw new Error(`no memory for ${length} numbers`);
    return pointer;
  };
  // Work with arrays that are given back at the end.
  const borrowed = (work) => {
    const pointers = [];
    const lend = (length) => pointers[pointers.push(room(length)) - 1];
    const give = (values) => {
      const pointer = lend(values.length);
      at(pointer, values.length).set(values);
      return pointer;
    };
    try {
      return work({ lend, give });
    } finally {
      pointers.forEach((pointer) => wasm.free(pointer));
    }
  };
  return { borrowed, read: (pointer, length) => at(pointer, length).slice() };
}

// The best optima of the windows first to last - 1 of y; window i begins at i * step.
function runShare(wasm, { kernel, law, y, window, step, first, last, stretch }) {
  const { borrowed, read } = makeMemory(wasm);
  return borrowed(({ lend, give }) => {
    const length = (last - first) * wasm.optimum_size();
    const optima = lend(length);
    wasm[kernel](...law, give(y), step, window, first, last, stretch, optima, lend(window * wasm.lanes()));
    return read(optima, length);
  });
}

// What a worker runs: the functions above, from their own text.
function serve() {
  let wasm;
  onmessage = ({ data }) => {
    if (data instanceof WebAssembly.Module) {
      wasm = instantiate(data);
      return postMessage("ready");
    }
    const rows = runShare(wasm, data);
    postMessage(rows, [rows.buffer]);
  };
}

// Workers, each a function from a share to the promise of its optima; served one after the other.
async function hire(module) {
  const text = [instantiate, makeMemory, runShare, serve].join("\n") + "\nserve();";
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const count = Math.min(navigator.hardwareConcurrency || 1, MOST_WORKERS);
  const hired = Array.from({ length: count }, async () => {
    const worker = new Worker(address);
    const answerOf = (message) =>
      new Promise((answered, failed) => {
        worker.onmessage = ({ data }) => answered(data);
        worker.onerror = worker.onmessageerror = () => failed(new Error("a worker failed"));
        worker.postMessage(message);
      });
    let before = answerOf(module);
    await before;
    return (share) => (before = before.then(() => answerOf(share)));
  });
  return Promise.all(hired).finally(() => URL.revokeObjectURL(address));
}

function makeEngine(module, wasm) {
  const { borrowed, read } = makeMemory(wasm);
  const size = wasm.optimum_size();
  const lanes = wasm.lanes();
  const here = async (share) => {
    const rows = runShare(wasm, share);
    await breath();
    return rows;
  };
  let crew; // hired when first needed

  // The best optimum of every window of y. onPart(optima, first, last) is told which rows are new; when it answers false, the
  // roll ends and the answer is null.
  const roll = async (kernel, law, y, window, { step = 1, onPart = () => true }) => {
    crew ??= hire(module).catch(() => [here]);
    const [hands, stretch, count] = [await crew, STRETCH[kernel], windows(y, window, step)];
    const equal = hands[0] === here ? lanes * stretch : stretch * Math.ceil(count / (stretch * hands.length));
    const most = Math.min(equal, MOST_WINDOWS);
    const optima = new Float64Array(count * size);
    let [next, ended] = [0, false];
    const work = async (hand) => {
      while (next < count && !ended) {
        const first = next;
        const last = (next = Math.min(first + most, count));
        optima.set(await hand({ kernel, law, y, window, step, first, last, stretch }), first * size);
        ended = ended || onPart(optima, first, last) === false;
      }
    };
    await Promise.all(hands.map(work));
    return ended ? null : optima;
  };

  const twoColumns = (count, work) =>
    borrowed(({ lend, give }) => {
      const [one, two] = [lend(count), lend(count)];
      const good = work(one, two, { lend, give });
      return [read(one, count), read(two, count), good];
    });
  const windows = (values, window, step) => Math.floor((values.length - window) / step) + 1;

  return {
    size,
    // y: returns. student: Student-t innovations, else normal; leverage: GJR
    garchRoll: (y, window, { student = true, leverage = false, ...options } = {}) =>
      roll("garch_roll", [+student, +leverage], y, window, options),
    studentRoll: (y, window, options = {}) => roll("student_roll", [], y, window, options),

    // All maxima of one sample, best first, as rows of optima.
    garchFit: (y, { student = true, leverage = false } = {}) =>
      borrowed(({ lend, give }) => {
        const most = wasm.most_starts();
        const found = lend(most * size);
        wasm.garch_fit(+student, +leverage, give(y), y.length, found, lend(y.length * lanes));
        const rows = Array.from({ length: most }, (_, k) => read(found + 8 * k * size, size));
        return rows.filter((row) => row[size - 2] < 3);
      }),

    // The n + 1 variances along a sample, the last one ahead of it, under one row of optima; in the unit of the data.
    garchVariance: (y, row, { student = true, leverage = false } = {}) =>
      borrowed(({ lend, give }) => {
        const one = garchParameters(row, size);
        const [mean, scale] = row.subarray(size - 4, size - 2);
        const point = [row[0], row[1], one.alpha[0], one.beta[0], one.eta[0], one.gamma[0]];
        const variance = lend(y.length + 1);
        const standardised = give(y.map((value) => (value - mean) / scale));
        wasm.garch_variance(+student, +leverage, standardised, y.length, give(point), variance, lend((6 + lanes) * y.length));
        return read(variance, y.length + 1).map((value) => value * scale ** 2);
      }),

    // Historical VaR and ES of every window of losses.
    rollingVarEs: (loss, window, level, step = 1) =>
      twoColumns(windows(loss, window, step), (var_, es, { lend, give }) =>
        wasm.rolling_var_es(give(loss), windows(loss, window, step), window, step, level, lend(wasm.tail_capacity(window, level)), var_, es)),

    // Mean and standard deviation (divisor window - 1) of every window.
    rollingMoments: (loss, window, step = 1) =>
      twoColumns(windows(loss, window, step), (mean, deviation, { give }) =>
        wasm.rolling_moments(give(loss), windows(loss, window, step), window, step, mean, deviation)),

    // Filtered historical VaR and ES; the third entry is the number of windows before the first that has no variance.
    filteredVarEs: (loss, window, level, decay, step = 1) =>
      twoColumns(windows(loss, window, step), (var_, es, { lend, give }) =>
        wasm.filtered_var_es(give(loss), windows(loss, window, step), window, step, level, decay, lend(2 * window + 1), var_, es)),

    // VaR and ES at `level` of the standard t law with 1/nu = eta (0: normal), for each eta.
    tailFactors: (level, etas) =>
      twoColumns(etas.length, (var_, es, { give }) => wasm.student_tail_factors(level, give(etas), etas.length, var_, es)),

    // Exact p-values: Kupiec, independence, conditional coverage. breach: the probability of one.
    coverage: (days, breach, breaches, n00, n01, n10, n11) =>
      borrowed(({ lend }) => {
        const p = lend(3);
        wasm.coverage_p_values(days, breach, breaches, n00, n01, n10, n11, lend(3 * days + 3), p);
        return Array.from(read(p, 3));
      }),

    // Normal scores of evenly spread points of a copula of two variables, the first at most at the score `most`.
    copulaPoints: (family, strength, { nu, skew, count, most = 9 }) =>
      borrowed(({ lend }) => {
        const [first, second] = [lend(count), lend(count)];
        const done = wasm.copula_pair(family, strength, nu, skew, count, most, first, second);
        if (!done) throw new Error("no memory for the tables of a copula");
        return [read(first, count), read(second, count)];
      }),

    // Probability that a normal variable is at most `score`.
    normalProbability: (score) => wasm.normal_share(score),

    // Probability of at most so many breaches.
    cumulative: (days, breach, breaches) =>
      borrowed(({ lend }) => wasm.binomial_cumulative(days, breach, breaches, lend(3 * days + 3))),
  };
}

// The optima of GARCH in the unit of the data: one array for each parameter, sigma (of the day after the window) and status.
function garchParameters(optima, size) {
  const count = optima.length / size;
  const names = ["mu", "omega", "alpha", "gamma", "beta", "eta", "sigma", "status"];
  const columns = Object.fromEntries(names.map((name) => [name, new Float64Array(count)]));
  for (let i = 0; i < count; i++) {
    const [location, omega, persistence, share, eta, asymmetry = 0.5] = optima.subarray(i * size, (i + 1) * size - 6);
    const [, ahead, mean, scale, status] = optima.subarray((i + 1) * size - 6, (i + 1) * size);
    const arch = persistence * share; // alpha + gamma / 2
    columns.mu[i] = mean + scale * location;
    columns.omega[i] = omega * scale ** 2;
    columns.alpha[i] = 2 * arch * (1 - asymmetry);
    columns.gamma[i] = 2 * arch * (2 * asymmetry - 1);
    columns.beta[i] = persistence - arch;
    columns.eta[i] = eta;
    columns.sigma[i] = scale * Math.sqrt(ahead);
    columns.status[i] = status;
  }
  return columns;
}

// Let the page draw and listen; a timer would wait four milliseconds.
function breath() {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}

export { openEngine, garchParameters };
