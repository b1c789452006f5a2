// What every page gets: small improvements on pages that work without them.
import { themes } from "./theme.js";
import { shares } from "./share.js";
import { filters } from "./filters.js";
import { previews } from "./files.js";
import { liveForms } from "./live.js";
import { menus } from "./menu.js";

themes();
shares();
filters();
previews();
liveForms();
menus();

if ("serviceWorker" in navigator && document.documentElement.dataset.offline !== undefined) {
  navigator.serviceWorker.register("/sw.js").catch(() => {
    // Reading offline is an extra: without it the page stays as it is.
  });
}
