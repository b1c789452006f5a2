// The map: MapLibre on our own GeoJSON, no foreign tiles, no foreign host.
//   <div data-map data-geojson-url data-base-url data-bounds="w,s,e,n" data-locale="{…}">
import { Map as MapLibre, NavigationControl, GeolocateControl, setWorkerUrl } from "maplibre-gl";
import { drawBase, drawPoints } from "./map-style.js";
import { pins } from "./map-pins.js";

setWorkerUrl(new URL(__MAP_WORKER__, location.href).href);

for (const box of document.querySelectorAll("[data-map]")) open(box);

async function open(box) {
  const [base, points] = await Promise.all([load(box.dataset.baseUrl), load(box.dataset.geojsonUrl)]);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = new MapLibre({
    container: box,
    style: drawPoints(drawBase(base), points, box),
    bounds: bounds(box, points, base),
    fitBoundsOptions: { padding: 32, maxZoom: 16, animate: false },
    attributionControl: { compact: false, customAttribution: box.dataset.attribution || "" },
    locale: JSON.parse(box.dataset.locale || "{}"),
    cooperativeGestures: !box.classList.contains("full"),
    fadeDuration: still ? 0 : 200,
    maxPitch: 0,
    dragRotate: false,
  });
  map.addControl(new NavigationControl({ showCompass: false }));
  if (box.dataset.locate !== undefined) map.addControl(new GeolocateControl({}));
  pins(map, box, points);
  const redraw = () => map.setStyle(drawPoints(drawBase(base), points, box), { diff: false });
  document.addEventListener("themechange", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  map.once("idle", () => box.setAttribute("data-ready", ""));
}

async function load(url) {
  const nothing = { type: "FeatureCollection", features: [] };
  if (!url) return nothing;
  try {
    const answer = await fetch(url, { headers: { Accept: "application/geo+json" } });
    return answer.ok ? await answer.json() : nothing;
  } catch {
    return nothing;
  }
}

// bounds prefers what the page says, then the points, then the base map.
function bounds(box, points, base) {
  const said = (box.dataset.bounds || "").split(",").map(Number);
  if (said.length === 4 && said.every(Number.isFinite)) return said;
  for (const collection of [points, base]) {
    const area = extent(collection);
    if (area) return area;
  }
  return [10.7, 47.85, 11.05, 48.05];
}

function extent(collection) {
  let area;
  const visit = (c) => {
    if (typeof c[0] !== "number") return c.forEach(visit);
    area ??= [c[0], c[1], c[0], c[1]];
    area = [Math.min(area[0], c[0]), Math.min(area[1], c[1]), Math.max(area[2], c[0]), Math.max(area[3], c[1])];
  };
  for (const f of collection.features) if (f.geometry?.coordinates) visit(f.geometry.coordinates);
  return area;
}
