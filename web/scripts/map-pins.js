// Points as buttons one can reach with the keyboard; above the limit as circles.
// A feature may carry title, url, text, when and tone.
import { Marker, Popup } from "maplibre-gl";
import { pinLimit } from "./map-style.js";

const svg = "http://www.w3.org/2000/svg";

export function pins(map, box, points) {
  const single = points.features.filter((f) => f.geometry?.type === "Point");
  if (single.length <= pinLimit) {
    for (const feature of single) pin(map, feature);
    if (box.dataset.pick) pick(map, box, single[0]);
    return;
  }
  map.on("click", "dots", (event) => spread(map, event.features[0]));
  map.on("mouseenter", "dots", () => (map.getCanvas().style.cursor = "pointer"));
  map.on("mouseleave", "dots", () => (map.getCanvas().style.cursor = ""));
}

function pin(map, feature) {
  const { title, tone } = feature.properties;
  const button = document.createElement("button");
  button.type = "button";
  button.className = `map-pin tone-${["honey", "sky", "red", "soft"].includes(tone) ? tone : "leaf"}`;
  button.setAttribute("aria-label", title || "");
  button.append(drawing());
  const popup = new Popup({ offset: 30, maxWidth: "18rem" }).setDOMContent(card(feature.properties));
  new Marker({ element: button, anchor: "bottom" }).setLngLat(feature.geometry.coordinates).setPopup(popup).addTo(map);
}

function drawing() {
  const sign = document.createElementNS(svg, "svg");
  sign.setAttribute("viewBox", "0 0 26 34");
  sign.setAttribute("aria-hidden", "true");
  const drop = document.createElementNS(svg, "path");
  drop.setAttribute("d", "M13 33C9 26 2 20 2 13a11 11 0 0 1 22 0c0 7-7 13-11 20Z");
  drop.setAttribute("fill", "currentColor");
  drop.setAttribute("stroke", "#fff");
  drop.setAttribute("stroke-width", "1.5");
  const dot = document.createElementNS(svg, "circle");
  for (const [name, value] of [["cx", 13], ["cy", 13], ["r", 4], ["fill", "#fff"]]) dot.setAttribute(name, value);
  sign.append(drop, dot);
  return sign;
}

function card({ title, url, text, when }) {
  const box = document.createElement("div");
  const head = document.createElement(url ? "a" : "b");
  head.textContent = title || "";
  if (url && new URL(url, location.href).protocol.startsWith("http")) head.href = url;
  box.append(head);
  for (const line of [when, text]) {
    if (!line) continue;
    const p = document.createElement("p");
    p.textContent = line;
    box.append(p);
  }
  return box;
}

async function spread(map, feature) {
  const at = feature.geometry.coordinates;
  if (!feature.properties.cluster) {
    new Popup({ maxWidth: "18rem" }).setLngLat(at).setDOMContent(card(feature.properties)).addTo(map);
    return;
  }
  const zoom = await map.getSource("points").getClusterExpansionZoom(feature.properties.cluster_id);
  map.easeTo({ center: at, zoom });
}

// pick lets a form take a place from the map: data-pick names the prefix of two
// fields, <prefix>-lat and <prefix>-lon, that also work typed by hand.
function pick(map, box, start) {
  const lat = document.getElementById(`${box.dataset.pick}-lat`);
  const lon = document.getElementById(`${box.dataset.pick}-lon`);
  if (!lat || !lon) return;
  const marker = new Marker({ draggable: true });
  const put = ({ lng, lat: north }) => {
    marker.setLngLat([lng, north]).addTo(map);
    lat.value = north.toFixed(6);
    lon.value = lng.toFixed(6);
  };
  marker.on("dragend", () => put(marker.getLngLat()));
  map.on("click", (event) => put(event.lngLat));
  if (lat.value && lon.value) put({ lng: Number(lon.value), lat: Number(lat.value) });
  else if (start) put({ lng: start.geometry.coordinates[0], lat: start.geometry.coordinates[1] });
}
