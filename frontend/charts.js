// Charts by the house rules: accent line, thresholds dashed with their names on the line, labels at the line, no legend.
// Canvas, not SVG: the SVG painter writes style attributes, which the content policy forbids.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, DatasetComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([AriaComponent, BarChart, CanvasRenderer, DatasetComponent, GridComponent, LabelLayout, LineChart, MarkAreaComponent, MarkLineComponent, TooltipComponent]);

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Canvas text does not wait for fonts: load the slices that hold these characters first.
async function fonts(text) {
  // named alone: with the whole list the browser would also fetch the 10 MB face of the rare characters
  const wanted = ['400 12px "Noto Sans SC"', '600 13px "Noto Sans SC"'].map((font) => document.fonts.load(font, text));
  await Promise.race([Promise.allSettled(wanted), new Promise((resolve) => setTimeout(resolve, 1500))]);
}

/** kind "line": {x: [], series: [{name, data, dashed}], unit, min, max, marks: [{y, name, state}], events: [{x, name}]}
 *              with time: true instead of x the data are [milliseconds, value], from and to the ends of the axis (hours of Shanghai)
 *  kind "bars": {y: [], series: [{name, data, state}], unit}, horizontal, for gaps between areas */
export async function draw(place, data) {
  await fonts(JSON.stringify(data));
  const chart = echarts.init(place, null, { renderer: "canvas" });
  chart.setOption(data.kind === "bars" ? bars(data) : lines(data));
  new ResizeObserver(() => chart.resize()).observe(place);
}

const text = (extra = {}) => ({ fontFamily: token("--a-font"), color: token("--a-ink-3"), fontSize: 12, ...extra });

function base(data) {
  return {
    animation: false,
    textStyle: { fontFamily: token("--a-font") },
    aria: { enabled: false }, // the element carries a sentence of its own
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, backgroundColor: token("--a-surface"), borderColor: token("--a-line-2"), borderWidth: 1,
      textStyle: text({ color: token("--a-ink"), fontSize: 13 }), axisPointer: { type: "line", lineStyle: { color: token("--a-line-2") } },
      valueFormatter: (value) => (value == null ? "–" : `${value}${data.unit ?? ""}`),
    },
  };
}

function lines(data) {
  const marks = (data.marks ?? []).map((mark) => ({
    yAxis: mark.y, lineStyle: { color: token(`--a-${mark.state ?? "ok"}`), type: [4, 4], width: 1 },
    label: { formatter: mark.name, position: data.time ? "insideStartTop" : "insideEndTop", ...text({ color: token(`--a-${mark.state ?? "ok"}`) }) },
  }));
  const events = (data.events ?? []).map((item) => ({
    xAxis: item.x, lineStyle: { color: token(item.state ? `--a-${item.state}` : "--a-line-2"), type: "solid", width: 1 }, label: { formatter: item.name, position: data.time ? "end" : "insideStartTop", distance: data.time ? [0, 22] : 5, rotate: 0, align: data.time ? "center" : "left", ...text(item.state ? { color: token(`--a-${item.state}`), fontWeight: 600 } : {}) },
  }));
  return {
    ...base(data),
    grid: { left: 8, right: data.series.length > 1 ? 84 : 20, top: data.time ? 44 : 22, bottom: 4, containLabel: true },
    xAxis: data.time ? hours(data) : { type: "category", data: data.x, boundaryGap: false, axisLine: { lineStyle: { color: token("--a-line-2") } }, axisTick: { show: false }, axisLabel: text({ hideOverlap: true, showMinLabel: true, showMaxLabel: true, alignMinLabel: "left", alignMaxLabel: "right" }) },
    yAxis: { type: "value", min: data.min, max: data.max ?? atLeast(data), splitNumber: 4, scale: data.min == null, axisLabel: text(), splitLine: { lineStyle: { color: token("--a-line") } } },
    series: data.series.map((line, index) => ({
      type: "line", name: line.name, data: line.data, smooth: false, connectNulls: false, symbol: "circle", symbolSize: 7,
      showSymbol: false, showAllSymbol: false,
      itemStyle: { color: token(line.ink ? "--a-ink" : index ? "--a-ink-3" : "--a-accent") },
      lineStyle: { color: token(line.ink ? "--a-ink" : index ? "--a-ink-3" : "--a-accent"), width: 2.25, type: line.dashed ? "dashed" : "solid", join: "round" },
      endLabel: { show: true, formatter: (point) => (data.series.length > 1 ? `${line.name} ${point.value}${data.unit ?? ""}` : ""), ...text({ color: token("--a-ink"), fontWeight: 600 }) },
      labelLayout: { moveOverlap: "shiftY" }, // ends of lines that lie close together
      markLine: index ? undefined : { symbol: "none", silent: true, data: [...marks, ...events] },
      markPoint: undefined,
      markArea: index || !data.since ? undefined : { silent: true, itemStyle: { color: token("--a-bad-tint"), opacity: 0.7 }, data: [[{ xAxis: data.since }, { xAxis: data.to }]] },
    })).concat(data.series.length === 1 ? [last(data)] : []),
  };
}

// a time axis in the hours of Shanghai, wherever the browser stands
function hours(data) {
  const clock = (ms) => new Date(ms + 8 * 3600e3).toISOString().slice(11, data.to - data.from > 1800e3 ? 16 : 19);
  return {
    type: "time", min: data.from, max: data.to, axisLine: { lineStyle: { color: token("--a-line-2") } }, axisTick: { show: false }, splitLine: { show: false },
    axisLabel: text({ formatter: clock, hideOverlap: true, showMinLabel: true, showMaxLabel: true, alignMinLabel: "left", alignMaxLabel: "right" }),
    axisPointer: { label: { show: true, formatter: (point) => clock(point.value) } },
  };
}
// thresholds stay in sight while the readings are far below them
function atLeast(data) {
  if (data.least == null) return undefined;
  const step = 10 ** Math.floor(Math.log10(Math.max(data.least, 1))) / 2;
  return (range) => Math.ceil(Math.max(data.least, range.max * 1.08) / step) * step;
}

// the newest value, written at the end of a single line
function last(data) {
  const values = data.time ? data.series[0].data.map((pair) => pair[1]) : data.series[0].data;
  const at = values.findLastIndex ? values.findLastIndex((value) => value != null) : values.length - 1;
  if (data.time) {
    const end = data.series[0].data[at];
    return end ? { ...dot(`${end[1]}${data.unit ?? ""}`, end[1] < values[at - 1]), data: [end] } : { type: "line", data: [] };
  }
  return { ...dot(`${values[at]}${data.unit ?? ""}`), data: values.map((value, index) => (index === at ? value : null)) };
}
// its words stand to the left of the dot, where the line comes from: under it when it falls steeply, as readings do
function dot(words, falls = false) {
  return {
    type: "line", silent: true, tooltip: { show: false }, symbol: "circle", symbolSize: 8,
    itemStyle: { color: token("--a-accent"), borderColor: token("--a-surface"), borderWidth: 2 },
    label: { show: true, position: falls ? "bottom" : "top", align: "right", formatter: words, ...text({ color: token("--a-ink"), fontSize: 14, fontWeight: 600 }) },
  };
}

function bars(data) {
  return {
    ...base(data),
    grid: { left: 8, right: 24, top: 4, bottom: 4, containLabel: true },
    xAxis: { type: "value", axisLabel: text(), splitLine: { lineStyle: { color: token("--a-line") } } },
    yAxis: { type: "category", inverse: true, data: data.y, axisLine: { show: false }, axisTick: { show: false }, axisLabel: text({ color: token("--a-ink") }) },
    series: data.series.map((series) => ({
      type: "bar", stack: "all", name: series.name, data: series.data, barMaxWidth: 12,
      itemStyle: { color: token(`--a-${series.state ?? "bad"}-fill`) || token("--a-accent"), ...(series.state === "unk" ? { decal: { color: token("--a-unk-tint"), dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -Math.PI / 4 } } : {}) },
    })),
  };
}
