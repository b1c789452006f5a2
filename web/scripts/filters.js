// Filter forms: results follow the choice without leaving the form, so the
// focus stays where it is (WCAG 2.2, 3.2.2). Without script there is a button.
export function filters() {
  for (const form of document.querySelectorAll("form[data-results]")) {
    let timer;
    let running;
    const later = (wait) => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        running?.abort();
        running = new AbortController();
        await refresh(form, running.signal);
      }, wait);
    };
    form.addEventListener("change", () => later(50));
    form.addEventListener("input", (event) => {
      if (event.target.matches("input[type=search], input[type=text]")) later(450);
    });
  }
}

async function refresh(form, signal) {
  const target = document.getElementById(form.dataset.results);
  if (!target) return form.submit();
  const url = new URL(form.action || location.href, location.href);
  const chosen = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...chosen]) if (!value) chosen.delete(name, value);
  url.search = chosen;
  target.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { signal, headers: { Accept: "text/html" } });
    if (!answer.ok) return form.submit();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(form.dataset.results);
    if (!fresh) return form.submit();
    target.replaceChildren(...fresh.childNodes);
    history.replaceState(null, "", url);
    document.dispatchEvent(new Event("resultschange"));
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  } finally {
    if (!signal.aborted) target.removeAttribute("aria-busy");
  }
}
