// Payments by month with Chart.js, drawn in the tokens' colours; drawn again when the theme changes.
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--k-${name}`).trim();

function hatch(context, line, ground) {
  const tile = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
  const pen = tile.getContext("2d");
  if (ground) { pen.fillStyle = ground; pen.fillRect(0, 0, 8, 8); }
  pen.strokeStyle = line;
  pen.lineWidth = ground ? 3.4 : 1.8;
  for (const shift of [-8, 0, 8]) { pen.beginPath(); pen.moveTo(shift - 2, 10); pen.lineTo(shift + 10, -2); pen.stroke(); }
  return context.createPattern(tile, "repeat");
}

function library(url) {
  if (window.Chart) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: url, onload: resolve, onerror: reject });
    document.head.append(script);
  });
}

export async function start(box, { asset }) {
  await library(asset("chartlib"));
  const canvas = box.querySelector("canvas");
  const data = JSON.parse(box.querySelector("script").textContent);
  let chart;

  function draw() {
    chart?.destroy();
    const context = canvas.getContext("2d");
    const number = new Intl.NumberFormat(document.documentElement.lang);
    const bars = [
      ["received", token("green-m"), 0],
      ["guaranteed", token("blue-m"), 0],
      ["high", hatch(context, token("blue-m"), token("blue-s")), 0],
      ["low", hatch(context, token("grey-m")), token("grey-m")],
    ].filter(([name]) => data[name]).map(([name, fill, edge]) => ({ type: "bar", label: data.names?.[name] ?? name, data: data[name], backgroundColor: fill, borderColor: edge || fill, borderWidth: edge ? 1 : 0, stack: "now", barPercentage: .56, categoryPercentage: 1, order: 2 }));
    if (data.last_year) bars.push({ type: "line", label: data.names?.last_year ?? "", data: data.last_year, stepped: "middle", borderColor: token("ink-3"), borderWidth: 1.5, pointRadius: 0, pointHitRadius: 12, order: 1 });
    chart = new window.Chart(canvas, {
      data: { labels: data.labels, datasets: bars },
      options: {
        animation: false, maintainAspectRatio: false, responsive: true, locale: document.documentElement.lang,
        interaction: { mode: "index", intersect: false },
        font: { family: token("font") },
        plugins: {
          legend: { display: false },
          tooltip: { backgroundColor: token("toast"), titleColor: token("toast-ink"), bodyColor: token("toast-ink"), cornerRadius: 6, callbacks: { label: (item) => `${item.dataset.label}: ${number.format(item.raw)}` } },
        },
        scales: {
          x: { stacked: true, grid: { display: false }, border: { color: token("line-2") }, ticks: { color: token("ink-2"), font: { family: "Inter Variable", size: 12 } } },
          y: { stacked: true, beginAtZero: true, border: { display: false }, grid: { color: token("line") }, ticks: { color: token("ink-2"), maxTicksLimit: 6, font: { family: "Inter Variable", size: 12 }, callback: (value) => number.format(data.divide ? value / data.divide : value) } },
        },
      },
    });
  }

  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
}
