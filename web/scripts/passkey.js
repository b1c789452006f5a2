// Passkeys (W3C Web Authentication Level 3). A form says what to do:
//   <form data-passkey="register|login" data-options-url data-finish-url data-next data-error data-unsupported>
// The options come as JSON with binary members in base64url, the answer goes
// back the same way; the finish endpoint answers {"next": "/where/to"}.
for (const form of document.querySelectorAll("form[data-passkey]")) prepare(form);

function prepare(form) {
  if (!window.PublicKeyCredential) {
    say(form, form.dataset.unsupported);
    return;
  }
  for (const hidden of form.querySelectorAll("[hidden][data-when-supported]")) hidden.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button) button.disabled = true;
    run(form).catch(() => say(form, form.dataset.error)).finally(() => {
      if (button) button.disabled = false;
    });
  });
}

async function run(form) {
  const body = JSON.stringify(Object.fromEntries(new FormData(form)));
  const options = (await post(form.dataset.optionsUrl, body)).publicKey;
  const credential = form.dataset.passkey === "register" ? await create(options) : await get(options);
  const answer = await post(form.dataset.finishUrl, JSON.stringify(credential));
  location.assign(answer.next || form.dataset.next || "/");
}

async function post(url, body) {
  const answer = await fetch(url, { method: "POST", body, headers: { "Content-Type": "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function create(options) {
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  for (const known of options.excludeCredentials ?? []) known.id = bytes(known.id);
  const made = await navigator.credentials.create({ publicKey: options });
  return plain(made, {
    clientDataJSON: text(made.response.clientDataJSON),
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function get(options) {
  options.challenge = bytes(options.challenge);
  for (const known of options.allowCredentials ?? []) known.id = bytes(known.id);
  const found = await navigator.credentials.get({ publicKey: options });
  const { clientDataJSON, authenticatorData, signature, userHandle } = found.response;
  return plain(found, {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : undefined,
  });
}

function plain(credential, response) {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

function bytes(base64url) {
  const raw = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

function text(buffer) {
  const raw = Array.from(new Uint8Array(buffer), (b) => String.fromCharCode(b)).join("");
  return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function say(form, message) {
  const status = form.querySelector("[role=alert]");
  if (status && message) status.textContent = message;
}
