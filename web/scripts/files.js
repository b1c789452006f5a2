// Chosen pictures are shown at once, each with a field for its description.
export function previews() {
  for (const input of document.querySelectorAll("input[type=file][data-preview]")) {
    const list = document.getElementById(input.dataset.preview);
    if (list) input.addEventListener("change", () => show(input, list));
  }
}

function show(input, list) {
  for (const img of list.querySelectorAll("img")) URL.revokeObjectURL(img.src);
  list.replaceChildren(...[...input.files].map((file, index) => item(input, file, index)));
}

function item(input, file, index) {
  const li = document.createElement("li");
  if (file.type.startsWith("image/")) {
    const img = document.createElement("img");
    img.src = URL.createObjectURL(file);
    img.alt = "";
    li.append(img);
  }
  const name = document.createElement("p");
  name.className = "small soft";
  name.textContent = file.name;
  li.append(name);
  if (input.dataset.altName && file.type.startsWith("image/")) li.append(describe(input, index));
  return li;
}

function describe(input, index) {
  const label = document.createElement("label");
  label.className = "kern-label";
  label.textContent = input.dataset.altLabel;
  const field = document.createElement("input");
  field.className = "kern-form-input__input";
  field.name = input.dataset.altName;
  field.maxLength = 300;
  field.id = `${input.id}-alt-${index}`;
  label.htmlFor = field.id;
  const box = document.createElement("div");
  box.append(label, field);
  return box;
}
