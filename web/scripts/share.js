// Share buttons: the device's own sheet, or else the address is copied.
export function shares() {
  for (const button of document.querySelectorAll("button[data-share]")) {
    if (!navigator.share && !navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", () => share(button));
  }
}

async function share(button) {
  const url = new URL(button.dataset.share || location.href, location.href).href;
  try {
    if (navigator.share) {
      await navigator.share({ title: button.dataset.title || document.title, url });
      return;
    }
    await navigator.clipboard.writeText(url);
    say(button, button.dataset.done);
  } catch (error) {
    if (error.name !== "AbortError") say(button, url);
  }
}

function say(button, text) {
  const status = button.parentElement.querySelector("[role=status]");
  if (status) status.textContent = text;
}
