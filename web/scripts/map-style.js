// Styles for MapLibre made from the page's own colours, so that the map is
// light or dark, and in the colours of the municipality, like everything else.
export const pinLimit = 150;

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const is = (...kinds) => ["in", ["get", "kind"], ["literal", kinds]];
const fira = ["Fira Sans", "sans-serif"];

// drawBase knows the kinds municipality, village, forest, meadow, water, river,
// road, street, path, building and contour of the property "kind".
export function drawBase(base) {
  return {
    version: 8,
    sources: { base: { type: "geojson", data: base } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": color("--paper") } },
      area("municipality", color("--leaf-tint"), 0.75),
      area("forest", color("--leaf"), 0.16),
      area("meadow", color("--leaf"), 0.07),
      area("village", color("--road-edge"), 0.35),
      area("water", color("--water"), 1),
      line("river", color("--water"), ["interpolate", ["exponential", 1.5], ["zoom"], 9, 1.5, 16, 24]),
      line("casing", color("--road-edge"), width(5), is("road", "street")),
      line("street", color("--road"), width(3.5), is("street", "road")),
      { ...line("path", color("--edge"), 1), paint: { "line-color": color("--edge"), "line-width": 1, "line-dasharray": [3, 2] } },
      area("building", color("--edge"), 0.55),
      { ...line("border", color("--leaf"), 2, is("municipality")), paint: { "line-color": color("--leaf"), "line-width": 2, "line-dasharray": [4, 2], "line-opacity": 0.7 } },
      label("streets", is("street", "road"), 13.5, 12, color("--soft"), "line"),
      // A municipality's name would push away that of the village beneath it.
      { ...label("municipalities", is("municipality"), 0, 15, color("--ink"), "point"), maxzoom: 10 },
      label("villages", is("village"), 10, 15, color("--ink"), "point"),
    ],
  };
}

// drawPoints adds what the page is about; many points become circles on the
// canvas, few ones are buttons (see map-pins.js). Areas and lines always show.
export function drawPoints(style, points, box) {
  const many = points.features.filter((f) => f.geometry?.type === "Point").length > pinLimit;
  style.sources.points = { type: "geojson", data: points, cluster: many, clusterRadius: 38 };
  style.layers.push(
    { id: "areas", type: "fill", source: "points", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": tone(), "fill-opacity": 0.28 } },
    { id: "lines", type: "line", source: "points", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": tone(), "line-width": 3 } },
  );
  if (!many) return style;
  style.layers.push(
    { id: "dots", type: "circle", source: "points", filter: ["==", ["geometry-type"], "Point"], paint: {
      "circle-color": tone(),
      "circle-radius": ["case", ["has", "point_count"], ["min", 26, ["+", 12, ["sqrt", ["get", "point_count"]]]], 8],
      "circle-stroke-color": color("--card"),
      "circle-stroke-width": 2,
    } },
    { id: "counts", type: "symbol", source: "points", filter: ["has", "point_count"], layout: { "text-field": ["to-string", ["get", "point_count"]], "text-font": fira, "text-size": 14 }, paint: { "text-color": color("--on-leaf") } },
  );
  return style;
}

function tone() {
  const tones = ["honey", "sky", "red", "soft"].flatMap((t) => [t, color(`--${t}`)]);
  return ["match", ["coalesce", ["get", "tone"], "leaf"], ...tones, color("--leaf")];
}

function area(kind, fill, opacity) {
  return { id: `area-${kind}`, type: "fill", source: "base", filter: ["all", is(kind), ["==", ["geometry-type"], "Polygon"]], paint: { "fill-color": fill, "fill-opacity": opacity } };
}

function line(id, stroke, lineWidth, filter = is(id)) {
  return { id: `line-${id}`, type: "line", source: "base", filter, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": stroke, "line-width": lineWidth } };
}

function width(wide) {
  const road = ["case", is("road"), 1.7, 1];
  return ["interpolate", ["exponential", 1.6], ["zoom"], 9, ["*", road, wide * 0.3], 14, ["*", road, wide], 18, ["*", road, wide * 5]];
}

function label(id, filter, minzoom, size, ink, placement) {
  return {
    id: `label-${id}`, type: "symbol", source: "base", filter: ["all", filter, ["has", "name"]], minzoom,
    layout: { "text-field": ["get", "name"], "text-font": fira, "text-size": size, "symbol-placement": placement, "text-padding": 6, ...(placement === "point" && { "text-anchor": "top", "text-offset": [0, 0.35] }) },
    paint: { "text-color": ink, "text-halo-color": color("--card"), "text-halo-width": 1.6 },
  };
}
