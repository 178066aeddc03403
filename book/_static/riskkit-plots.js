// Re-colours plotly figures when the page changes between light and dark, and fits them to the page's width.
//
// No colour stands here: a figure drawn with the template "riskkit" carries both sets in its template's meta, in the same
// order. Every string of the figure that is a colour of the one set is replaced by its counterpart in the other.
(() => {
  "use strict";

  const page = document.documentElement;

  function wanted() {
    const theme = page.dataset.theme;
    if (theme === "light" || theme === "dark") return theme;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  // Not walked: data are long and no colours, and "meta" is where both sets stand.
  const LEFT_ALONE = new Set(["x", "y", "z", "text", "customdata", "ids", "name", "meta"]);

  function replaceStrings(node, change) {
    for (const [key, value] of Object.entries(node)) {
      if (LEFT_ALONE.has(key)) continue;
      if (typeof value === "string") {
        if (change.has(value)) node[key] = change.get(value);
      } else if (value && typeof value === "object" && !ArrayBuffer.isView(value)) {
        replaceStrings(value, change);
      }
    }
  }

  function recolour(figure) {
    const colours = figure.layout?.template?.layout?.meta?.riskkit;
    const scheme = wanted();
    if (!colours || colours.scheme === scheme) return;
    const { light, dark } = colours;
    const [from, to] = scheme === "dark" ? [light, dark] : [dark, light];
    const change = new Map(from.map((colour, i) => [colour, to[i]]));
    replaceStrings(figure.data, change);
    replaceStrings(figure.layout, change);
    colours.scheme = scheme;
    window.Plotly.redraw(figure);
  }

  // A figure inside a folded solution or beside a sidebar changes its width without the window changing.
  const fit = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      const figure = target.querySelector(":scope > .js-plotly-plot");
      if (figure && contentRect.width > 0) window.Plotly.Plots.resize(figure);
    }
  });

  function all() {
    if (!window.Plotly) return;
    for (const figure of document.querySelectorAll(".js-plotly-plot")) {
      recolour(figure);
      fit.observe(figure.parentElement);
    }
  }

  new MutationObserver(all).observe(page, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
  if (document.readyState === "complete") all();
  else window.addEventListener("load", all);
})();
