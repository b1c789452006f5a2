// Switches light and dark at once and tells the server for the next page.
export function themes() {
  const form = document.querySelector("form[data-theme-form]");
  if (!form) return;
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || button.name !== "theme") return;
    event.preventDefault();
    show(form, button);
    fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form, button)),
      redirect: "manual",
      keepalive: true,
    }).catch(() => form.submit());
  });
}

function show(form, button) {
  const root = document.documentElement;
  if (button.value === "auto") delete root.dataset.theme;
  else root.dataset.theme = button.value;
  for (const other of form.querySelectorAll("button[name=theme]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  document.dispatchEvent(new Event("themechange"));
}
