// Editor: while someone writes, the form is sent to data-live-url and the answer
// (a fragment of HTML: checks, preview) replaces the element data-live-target.
const pause = 600;

export function liveForms() {
  for (const form of document.querySelectorAll("form[data-live-url]")) {
    const target = document.getElementById(form.dataset.liveTarget);
    if (target) follow(form, target);
  }
}

function follow(form, target) {
  let timer;
  let running;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      running?.abort();
      running = new AbortController();
      await ask(form, target, running.signal);
    }, pause);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
}

async function ask(form, target, signal) {
  target.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.liveUrl, { method: "POST", body: fields(form), signal });
    if (answer.ok) target.innerHTML = await answer.text();
  } catch {
    // The next key press tries again; nothing is lost, the form is still here.
  } finally {
    if (!signal.aborted) target.removeAttribute("aria-busy");
  }
}

// fields leaves files out: a preview must not upload pictures at every pause.
function fields(form) {
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") data.append(name, value);
  return data;
}
